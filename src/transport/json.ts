export type Json = Readonly<Record<string, unknown>>;

/** As JSON; what is nested deeper than the stack is only named. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Array.isArray(value) ? '[…]' : '{…}';
  }
}

const EMPTY: Json = {};

/** The value if it is an object or a list, else an empty object. */
export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : EMPTY;
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Neither null nor empty. */
export function saysSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (typeof value !== 'object') return true;
  for (const _ in value) return true;
  return false;
}
