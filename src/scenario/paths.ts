import { isObject } from '../base/json.ts';

/** What is at this path of fields; undefined where there is nothing. */
export function at(path: readonly PropertyKey[], input: unknown): unknown {
  return path.reduce(
    (value, key) => (value as Partial<Record<PropertyKey, unknown>> | null | undefined)?.[key],
    input,
  );
}

/** The same with `value` at this path, making what is not there; undefined takes the field away. */
export function withValue(
  target: unknown,
  [key, ...rest]: readonly string[],
  value: unknown,
): unknown {
  const object = typeof target === 'object' && target !== null ? target : {};
  const { [key!]: old, ...others } = object as Record<string, unknown>;
  const now = rest.length ? withValue(old, rest, value) : value;
  return now === undefined ? others : { ...object, [key!]: now };
}

/** The same with every text replaced, given where it is. An object that holds itself, as YAML allows, still does. */
export function withTexts(
  input: unknown,
  replaced: (text: string, path: readonly string[]) => unknown,
): unknown {
  const known = new Map<unknown, unknown>();
  const copy = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value === 'string') return replaced(value, path);
    if (!isObject(value) && !Array.isArray(value)) return value;
    if (known.has(value)) return known.get(value);
    const made: unknown[] | Record<string, unknown> = Array.isArray(value) ? [] : {};
    known.set(value, made);
    for (const [key, inner] of Object.entries(value)) {
      // Not assigned: a field may be called __proto__.
      const now = copy(inner, [...path, key]);
      Object.defineProperty(made, key, {
        value: now,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return made;
  };
  return copy(input, []);
}
