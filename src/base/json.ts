import { inspect } from 'node:util';
import { escaped } from './printable.ts';

/** The parsed JSON; undefined, which is no JSON, if it is none. */
export function parsedJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : text.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Why a text is not JSON, for an error: what is not, and what is accepted there. */
export function notJson(text: string): string {
  if (!text.trim()) return 'it is empty; expected JSON';
  const constant = notNumber(text);
  if (constant) return `found ${constant}, which JSON does not have; expected a number or null`;
  try {
    JSON.parse(text);
    return 'found JSON';
  } catch (error) {
    const { message } = error as Error;
    const at = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
    if (/end of JSON|Unterminated/.test(message) || at >= text.trimEnd().length) {
      return `found ${shown(text)}, which breaks off; expected JSON: is the file complete?`;
    }
    const reason = message.replace(
      /, .*is not valid JSON$| in JSON at.*$| is not valid JSON$/s,
      '',
    );
    return `found ${shown(text)}; expected JSON (${reason})`;
  }
}

/** What Python's json writes for what is no number. */
function notNumber(text: string): string | undefined {
  for (const { text: piece, isString } of pieces(text)) {
    const constant = isString ? null : /(?:^|[[,:])\s*(-?Infinity|NaN)\b/.exec(piece);
    if (constant) return constant[1];
  }
  return undefined;
}

/** The same as `parsedJson`, with whole numbers beyond 2^53 as their digits: ids of 64 bits stay what they are. */
export function parsedJsonExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return parsedJson(text);
  let quoted = '';
  for (const { text: piece, isString } of pieces(text)) {
    quoted += isString ? piece : piece.replace(LONG_NUMBER, quotedIfInexact);
  }
  return parsedJson(quoted);
}

/** The same, with null for what Python's json writes where there is no number: a bare NaN. */
export function parsedJsonOrNaN(text: string): unknown {
  if (!text.includes('NaN')) return parsedJsonExact(text);
  let strict = '';
  for (const { text: piece, isString } of pieces(text)) {
    strict += isString ? piece : piece.replace(/\bNaN\b/g, 'null');
  }
  return parsedJsonExact(strict);
}

const LONG_NUMBER = /-?\d[\d.eE+-]{15,}/g;

function quotedIfInexact(number: string): string {
  return /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number)) ? `"${number}"` : number;
}

/** A JSON text cut at its strings. By hand: a pattern of strings runs out of stack in a long one. */
function* pieces(text: string): Generator<{ text: string; isString: boolean }> {
  for (let start = 0; start < text.length; ) {
    const quote = text.indexOf('"', start);
    const from = quote < 0 ? text.length : quote;
    if (from > start) yield { text: text.slice(start, from), isString: false };
    if (quote < 0) return;
    start = stringEnd(text, quote);
    yield { text: text.slice(quote, start), isString: true };
  }
}

function stringEnd(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '"') return at + 1;
  }
  return text.length;
}

/** No list, and not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number from 0 that a double holds exactly. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What is there where something else was expected, for an error: its beginning, or that it is missing. */
export function found(value: unknown): string {
  return value === undefined ? 'missing' : `found ${escaped(shown(textOf(value)))}`;
}

const SHOWN_CHARACTERS = 60;

/** A text as errors quote it: on its own line, and no longer than fits there. */
export function shown(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > SHOWN_CHARACTERS
    ? `${trimmed.slice(0, SHOWN_CHARACTERS - 3)}...`
    : trimmed;
}

/** YAML has numbers that JSON has not, and objects that hold themselves. */
function textOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return inspect(value, { breakLength: Infinity });
  }
}
