/** From the least to the greatest of what twins of all draws, and the twin itself, have. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** undefined: there are no draws, or what they have is not known. */
export function bandOf(
  twin: number | undefined,
  draws: readonly (number | undefined)[],
): Band | undefined {
  const values = [twin, ...draws].filter((value) => value !== undefined);
  if (!draws.length || !values.length) return undefined;
  return { low: Math.min(...values), high: Math.max(...values) };
}

/** Means of the same values differ by less, in whatever order they are taken. */
const ROUNDING = 1e-9;

/** How a value lies to its band; undefined: within, or nothing is known. */
export function beyond(
  value: number | undefined,
  band: Band | undefined,
): 'higher' | 'lower' | undefined {
  if (value === undefined || !band) return undefined;
  const rounding = ROUNDING * Math.abs(value);
  if (value > band.high + rounding) return 'higher';
  return value < band.low - rounding ? 'lower' : undefined;
}
