import { UsageError } from '../../base/errors.ts';
import { striker } from '../../base/secret.ts';
import { version } from '../../base/version.ts';
import { secretsOf } from '../../scenario/secrets.ts';
import type { ChatRequest } from '../transport.ts';

/** Headers of every request, and what of them must never be shown. */
export interface HeaderOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly sessionHeaders: readonly string[];
  readonly prefillHeader?: { readonly name: string } | undefined;
  /** Header of the request's id. */
  readonly requestId?: { readonly header: string } | undefined;
  readonly apiKey: string | undefined;
  /** Header that has the key as it is; default: authorization, as a bearer token. */
  readonly apiKeyHeader?: string | undefined;
}

/** What one request has of its own. */
export interface RequestHeaders {
  readonly sessionId?: string | undefined;
  readonly headers?: ChatRequest['headers'];
  readonly requestId?: string | undefined;
  /** Cookies that the server has set: `a=1; b=2`. They follow the user's own. */
  readonly cookies?: string | undefined;
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Latin-1 without control characters, as HTTP/1.1 allows it. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** The HTTP library decides these. */
const RESERVED = new Set(
  'connection content-length expect keep-alive transfer-encoding upgrade'.split(' '),
);

/** Of every request; a body that comes compressed all the same cannot be timed by its tokens. */
export const OWN_HEADERS: Readonly<Record<string, string>> = {
  'accept-encoding': 'identity',
  'user-agent': `confab/${version()}`,
};

/**
 * Makes a request's headers as a flat list of names and values. Names are compared without case; the
 * user's win over ours, and those of a session or a request over all.
 * @throws UsageError for headers that cannot be sent; their values are not shown.
 */
export function headerWriter(
  options: HeaderOptions,
  own: Readonly<Record<string, string>>,
): (request: RequestHeaders) => string[] {
  const { headers, sessionHeaders, prefillHeader, requestId: id, apiKey, apiKeyHeader } = options;
  check(options);
  const merged = new Map<string, string>(Object.entries(own));
  if (apiKey) merged.set(...keyHeader(apiKey, apiKeyHeader));
  for (const [name, value] of Object.entries(headers)) merged.set(name.toLowerCase(), value);
  for (const name of [...sessionHeaders, prefillHeader?.name, id?.header]) {
    if (name !== undefined) merged.delete(name.toLowerCase());
  }
  const cookie = merged.get('cookie');
  merged.delete('cookie');
  const fixed = [...merged].flat();
  return ({ sessionId, headers: ofRequest, requestId, cookies }) => {
    const list = fixed.slice();
    if (sessionId !== undefined) for (const name of sessionHeaders) list.push(name, sessionId);
    if (ofRequest) list.push(...Object.entries(ofRequest).flat());
    if (id && requestId !== undefined) list.push(id.header, requestId);
    // One header: RFC 6265 allows no second.
    const jar = cookie && cookies ? `${cookie}; ${cookies}` : (cookies ?? cookie);
    if (jar !== undefined) list.push('cookie', jar);
    return list;
  };
}

function keyHeader(apiKey: string, name = 'authorization'): [name: string, value: string] {
  const lower = name.toLowerCase();
  return [lower, lower === 'authorization' ? `Bearer ${apiKey}` : apiKey];
}

/**
 * Strikes the key and the values of secret headers and body fields out of a message, also where it has
 * them as JSON or a URL spells them, or was cut within one.
 */
export function redactor({
  url,
  headers,
  apiKey,
  body = {},
}: Pick<HeaderOptions, 'headers' | 'apiKey'> & {
  readonly url?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}): (message: string) => string {
  return striker(secretsOf({ url, headers, body }, apiKey));
}

function check(options: HeaderOptions): void {
  const { headers, sessionHeaders, prefillHeader, requestId, apiKey, apiKeyHeader } = options;
  const problems: string[] = [];
  const checkName = (path: string, name: string): void => {
    if (!NAME.test(name)) problems.push(`${path}: found '${name}'; expected a header name`);
    if (RESERVED.has(name.toLowerCase())) problems.push(`${path}: ${name} cannot be set`);
  };
  for (const [name, value] of Object.entries(headers)) {
    checkName('target.headers', name);
    if (!VALUE.test(value)) problems.push(`target.headers.${name}: ${UNSENDABLE}`);
  }
  for (const name of sessionHeaders) checkName('target.sessionHeaders', name);
  if (prefillHeader) checkName('target.prefillHeader.name', prefillHeader.name);
  if (requestId) checkName('target.requestId.header', requestId.header);
  if (apiKeyHeader !== undefined) checkName('target.apiKeyHeader', apiKeyHeader);
  if (!VALUE.test(apiKey ?? '')) problems.push(`the API key: ${UNSENDABLE}`);
  if (problems.length) throw new UsageError(problems);
}

const UNSENDABLE = 'found a line break or another character that a header cannot carry';
