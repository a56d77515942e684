/** `sorted` must not be empty; `share` is 0 to 1. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position % 1);
}

/** Mean and sample standard deviation, in two passes, so that a small spread of large values is kept. */
export function moments(values: Float64Array): { mean: number; std: number | undefined } {
  // Subtle: by index, as a value that an iterator hands out is an object, of millions of them.
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]!;
  const mean = sum / values.length;
  if (values.length < 2) return { mean, std: undefined };
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += (values[at]! - mean) ** 2;
  return { mean, std: Math.sqrt(squares / (values.length - 1)) };
}
