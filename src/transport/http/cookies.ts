import { type Cookie, parseCookie } from 'undici';
import type { ResponseHeaders } from './response-headers.ts';

/** As many as a browser keeps of one site, at the least (RFC 6265, section 6.1). */
const COOKIES_MAX = 50;

interface Kept {
  readonly value: string;
  readonly path: string;
  readonly needsTls: boolean;
  /** Unix time in milliseconds. */
  readonly expiresMs: number;
}

/**
 * The cookies of one conversation, as a browser with one tab has them: of a name the latest, until it
 * expires, below its path, and over TLS where it says so. There is one server, so domains are not compared.
 */
export class CookieJar {
  readonly #kept = new Map<string, Kept>();
  readonly #isTls: boolean;

  constructor(origin: string) {
    this.#isTls = origin.startsWith('https:');
  }

  /** Takes what the head of a response sets; what cannot be read is left out. */
  keep(headers: ResponseHeaders, nowEpochMs: number): void {
    for (const line of [headers['set-cookie'] ?? []].flat()) {
      const cookie = parseCookie(line);
      if (!cookie?.name) continue;
      this.#kept.delete(cookie.name);
      const kept = keptOf(cookie, nowEpochMs);
      if (kept.expiresMs > nowEpochMs && this.#kept.size < COOKIES_MAX) {
        this.#kept.set(cookie.name, kept);
      }
    }
  }

  /** The Cookie header of a request for this path; undefined: there is none. */
  header(path: string, nowEpochMs: number): string | undefined {
    const sent: string[] = [];
    for (const [name, cookie] of this.#kept) {
      if (cookie.expiresMs <= nowEpochMs) this.#kept.delete(name);
      else if (isBelow(path, cookie.path) && (this.#isTls || !cookie.needsTls)) {
        sent.push(`${name}=${cookie.value}`);
      }
    }
    return sent.length ? sent.join('; ') : undefined;
  }
}

/** Max-Age wins over Expires (RFC 6265, section 5.3). Without a path of its own a cookie is for all of the server. */
function keptOf(cookie: Cookie, nowEpochMs: number): Kept {
  const { value, path, secure = false, maxAge, expires } = cookie;
  const expiresMs = expires === undefined ? Infinity : Number(expires);
  return {
    value,
    path: path?.startsWith('/') ? path : '/',
    needsTls: secure,
    expiresMs: maxAge === undefined ? expiresMs : nowEpochMs + maxAge * 1000,
  };
}

function isBelow(path: string, folder: string): boolean {
  const [bare] = path.split('?');
  if (!bare!.startsWith(folder)) return false;
  return bare === folder || folder.endsWith('/') || bare![folder.length] === '/';
}
