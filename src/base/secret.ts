import { isObject } from './json.ts';

/** What is written where the value of a secret field was. */
export const REDACTED = '<redacted>';
/** The same within a text. */
export const STRUCK = '***';

const SECRET_NAME =
  /auth|key|token|secret|cookie|passw|passphrase|pwd|credential|bearer|signature|jwt|(^|[-_])sig$/i;
/** Fields of requests that are called so, and are settings. */
const SETTING_NAME =
  /^(max|min|stop|bad|allowed|skip|add|return|include|echo|logit|prompt|num|truncate|n)_|tokens$|tokeni[sz]|token_ids?$|^(stop_token|cache_key)/i;

/** Whether the values of a header or field of this name are never written or printed. */
export function isSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The same of a body's field, where `max_tokens` and its like are settings. */
export function isSecretField(name: string): boolean {
  return isSecret(name) && !SETTING_NAME.test(name);
}

/** What a credential looks like wherever it stands: schemes of HTTP, prefixes of known issuers, JSON Web Tokens. */
const CREDENTIAL =
  /\b[Bb]earer\s+[\w.~+/=-]{8,}|\b[Bb]asic\s+(?=[^\s]*[\d=])[A-Za-z0-9+/]{8,}={0,2}|\b(?:sk|pk|rk|hf|gh[opsur]|github_pat|glpat|xox[abposr]|nvapi|gsk)[-_][\w.-]{12,}|\b(?:AKIA|AIza|ya29\.|eyJ)[\w.-]{12,}/;
/** Of a header: long, of letters and digits, and no words. */
const RANDOM = /^(?=.*\d)(?=.*[a-z])[\w+/=.~-]{24,}$/i;

/** The headers as they may be written down: names stay. */
export function redactedHeaders(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      isSecret(name) || CREDENTIAL.test(value) || RANDOM.test(value) ? REDACTED : value,
    ]),
  );
}

/** Any value as it may be written down: texts in fields of secret names, and texts that look like credentials, are left out. */
export function redacted(value: unknown, name = ''): unknown {
  return redactedOnce(value, name, new Map(), 0);
}

/** Nothing that is written down is nested deeper; files of others are, at times. */
const DEPTH_MAX = 100;

/** `known` are the objects seen so far: in YAML they may hold themselves. */
function redactedOnce(
  value: unknown,
  name: string,
  known: Map<unknown, unknown>,
  depth: number,
): unknown {
  if (typeof value === 'string') {
    const isHidden = CREDENTIAL.test(value) || (value !== '' && isSecretField(name));
    return isHidden ? REDACTED : withoutUrlSecrets(value);
  }
  if (known.has(value)) return known.get(value);
  if (depth > DEPTH_MAX) return '...';
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    known.set(value, list);
    for (const one of value) list.push(redactedOnce(one, name, known, depth + 1));
    return list;
  }
  if (!isObject(value)) return value;
  const object: Record<string, unknown> = {};
  known.set(value, object);
  for (const [field, inner] of Object.entries(value)) {
    // An object in a secret field has nothing that is to be seen.
    object[field] = redactedOnce(inner, isSecretField(name) ? name : field, known, depth + 1);
  }
  return object;
}

const USER_INFO = /(:\/\/)[^/\s@'"]+@/g;
const QUERY = /([?&#;]|--)([^=&#\s'"]+)=([^&#\s'"]+)/g;

/** A text without the passwords of URLs in it, nor the keys in their queries or in flags: names stay. */
export function withoutUrlSecrets(text: string): string {
  if (!text.includes('://') && !text.includes('=')) return text;
  return text
    .replace(USER_INFO, `$1${STRUCK}@`)
    .replace(QUERY, (whole, mark: string, name: string, value: string) =>
      isSecretField(name) || CREDENTIAL.test(value) ? `${mark}${name}=${STRUCK}` : whole,
    );
}

/** The values that are struck out there of a query. */
export function urlSecrets(url: string): string[] {
  return [...url.matchAll(QUERY)]
    .filter(([, , name, value]) => isSecretField(name!) || CREDENTIAL.test(value!))
    .flatMap(([, , , value]) => [value!, decoded(value!)]);
}

/** Whether this is what is left of a URL that had a secret in its query. */
export function isStruckUrl(url: string): boolean {
  return urlSecrets(url).includes(STRUCK);
}

/** A text that anybody wrote, as it may be printed: without whatever looks like a credential. */
export function withoutCredentials(text: string): string {
  return withoutUrlSecrets(text).replace(new RegExp(CREDENTIAL, 'g'), STRUCK);
}

/** Shorter values are placeholders, and striking them out would only garble texts. */
const SECRET_CHARS_MIN = 4;

/**
 * Strikes these secrets out of a text, and what is left of one where the text was cut: at its end, or before
 * an ellipsis.
 */
export function striker(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.flatMap(formsOf))]
    .filter((secret) => secret.length >= SECRET_CHARS_MIN)
    .sort((a, b) => b.length - a.length);
  if (!known.length) return withoutUrlSecrets;
  // URLs' own come last: what is struck out there would hide where one of these is cut.
  return (text) =>
    withoutUrlSecrets(
      known.reduce(
        (struck, secret) => withoutBeginning(struck.replaceAll(secret, STRUCK), secret),
        text,
      ),
    );
}

/** As it is, as it stands in a URL and in JSON; of a scheme and its value, the value; of Basic, what it says. */
function formsOf(secret: string): string[] {
  const [, ...values] = secret.split(/\s+/);
  const plain = /^basic\s/i.test(secret)
    ? Buffer.from(values[0] ?? '', 'base64').toString('utf8')
    : '';
  const password = plain.slice(plain.indexOf(':') + 1);
  return [secret, ...values, plain, password].flatMap((form) => [
    form,
    escaped(form),
    JSON.stringify(form).slice(1, -1),
  ]);
}

function escaped(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text; // Half a character: no URL can have it.
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A lone percent sign: it stands for itself.
  }
}

const CUT = /^(?:\.{3}|…|$)/;

function withoutBeginning(text: string, secret: string): string {
  const start = secret.slice(0, SECRET_CHARS_MIN);
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    let end = at;
    while (end < text.length && text[end] === secret[end - at]) end++;
    if (CUT.test(text.slice(end, end + 3))) {
      return withoutBeginning(`${text.slice(0, at)}${STRUCK}${text.slice(end)}`, secret);
    }
  }
  return text;
}
