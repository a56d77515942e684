export interface Range {
  /** Inclusive; the first bin is of all below `to` where it is 0. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Where the bins of each decade begin, by how fine they are. */
const EDGES = { coarse: [1, 2, 5], fine: [1, 1.5, 2, 3, 5, 7] };

export type Fineness = keyof typeof EDGES;

/** Values in bins that are about even in their logarithms, those without any left out; what is below 0.1 is in one with 0. */
export function logBins<T>(
  values: readonly T[],
  by: (value: T) => number,
  fineness: Fineness = 'coarse',
): (Range & { readonly values: readonly T[] })[] {
  const bins = new Map<number, Range & { values: T[] }>();
  for (const value of values) {
    const range = rangeOf(by(value), EDGES[fineness]);
    const bin = bins.get(range.from);
    if (bin) bin.values.push(value);
    else bins.set(range.from, { ...range, values: [value] });
  }
  return [...bins.values()].sort((a, b) => a.from - b.from);
}

const LEAST = 0.1;

function rangeOf(value: number, starts: readonly number[]): Range {
  if (value < LEAST) return { from: 0, to: LEAST };
  // A logarithm may be off by its last bit.
  let exponent = Math.floor(Math.log10(value));
  if (value >= Number(`1e${exponent + 1}`)) exponent++;
  if (value < Number(`1e${exponent}`)) exponent--;
  const edges = [...starts, 10].map((edge) => Number(`${edge}e${exponent}`));
  const index = edges.findLastIndex((edge) => edge <= value);
  return { from: edges[index]!, to: edges[index + 1]! };
}
