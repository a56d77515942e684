export type Json = Readonly<Record<string, unknown>>;

/** Nested deeper it is a server's joke; how deep a stack of Node's reaches differs from version to version. */
const DEPTH_MAX = 1000;

/** As JSON; what is nested too deep is only named. */
export function jsonText(value: unknown): string {
  try {
    const said = JSON.stringify(value) ?? String(value);
    // What is short cannot be deep: it is not looked at again.
    if (said.length <= DEPTH_MAX || !isDeep(value)) return said;
  } catch {
    // Deeper than the stack.
  }
  return Array.isArray(value) ? '[…]' : '{…}';
}

function isDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? Object.values(one) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
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
