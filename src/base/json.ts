import { inspect } from 'node:util';

/** The parsed JSON; undefined, which is no JSON, if it is none. */
export function parsedJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : text.toString('utf8'));
  } catch {
    return undefined;
  }
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
  return value === undefined ? 'missing' : `found ${shown(textOf(value))}`;
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
