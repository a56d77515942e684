import { UsageError } from '../base/errors.ts';
import { striker } from '../base/secret.ts';
import { version } from '../base/version.ts';
import { secretsOf } from '../scenario/secrets.ts';
import type { ChatRequest } from './transport.ts';

/** Headers of every request, and what of them must never be shown. */
export interface HeaderOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly sessionHeaders: readonly string[];
  readonly prefillHeader?: { readonly name: string } | undefined;
  readonly apiKey: string | undefined;
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
  { headers, sessionHeaders, prefillHeader, apiKey }: HeaderOptions,
  own: Readonly<Record<string, string>>,
): (sessionId: string | undefined, ofRequest?: ChatRequest['headers']) => string[] {
  const { name: prefillName } = prefillHeader ?? {};
  check({ headers, sessionHeaders, prefillHeader, apiKey });
  const merged = new Map<string, string>(Object.entries(own));
  if (apiKey) merged.set('authorization', `Bearer ${apiKey}`);
  for (const [name, value] of Object.entries(headers)) merged.set(name.toLowerCase(), value);
  for (const name of sessionHeaders) merged.delete(name.toLowerCase());
  if (prefillName !== undefined) merged.delete(prefillName.toLowerCase());
  const fixed = [...merged].flat();
  return (sessionId, ofRequest) => {
    const session =
      sessionId === undefined ? [] : sessionHeaders.flatMap((name) => [name, sessionId]);
    return fixed.concat(session, ofRequest ? Object.entries(ofRequest).flat() : []);
  };
}

/**
 * Strikes the key and the values of secret headers and body fields out of a message, also where it has
 * them as JSON or a URL spells them, or was cut within one.
 */
export function redactor({
  headers,
  apiKey,
  body = {},
}: Pick<HeaderOptions, 'headers' | 'apiKey'> & {
  readonly body?: Readonly<Record<string, unknown>>;
}): (message: string) => string {
  return striker(secretsOf({ headers, body }, apiKey));
}

function check({ headers, sessionHeaders, prefillHeader, apiKey }: HeaderOptions): void {
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
  if (!VALUE.test(apiKey ?? '')) problems.push(`the API key: ${UNSENDABLE}`);
  if (problems.length) throw new UsageError(problems);
}

const UNSENDABLE = 'found a line break or another character that a header cannot carry';
