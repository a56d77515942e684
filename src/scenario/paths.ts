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
