import { InvalidArgumentError } from 'commander';

/** Names with commas between them; of those that are accepted, or any. */
export function list<T extends string>(accepted?: readonly T[]): (text: string) => T[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    const wrong = names.find((name) => !name || (accepted && !accepted.includes(name as T)));
    if (wrong === undefined) return names as T[];
    const expected = accepted ? accepted.join(', ') : 'names with commas between them';
    throw new InvalidArgumentError(`Found '${wrong}'; expected ${expected}.`);
  };
}

/** Values with commas between them, in ascending order. */
export function ascending(parse: (text: string) => number): (text: string) => number[] {
  return (text) => {
    const values = text.split(',').map(parse);
    const isSorted = values.every((value, index) => index === 0 || values[index - 1]! < value);
    if (isSorted) return values;
    throw new InvalidArgumentError(`Found '${text}'; expected values in ascending order.`);
  };
}
