/** A weighted value at its place. */
export interface Weighted {
  readonly y: number;
  readonly weight: number;
}

/**
 * Isotonic regression: of all sequences that never fall, the one that is nearest to these values by weighted squares,
 * which are given in the order of their places. Pool adjacent violators (Ayer et al. 1955): neighbours in the wrong
 * order are put on their common mean.
 */
export function isotonic(values: readonly Weighted[]): number[] {
  const pools: { y: number; weight: number; count: number }[] = [];
  for (const { y, weight } of values) {
    let pool = { y, weight, count: 1 };
    for (let last = pools.at(-1); last && last.y >= pool.y; last = pools.at(-1)) {
      pools.pop();
      pool = joined(last, pool);
    }
    pools.push(pool);
  }
  return pools.flatMap(({ y, count }) => Array<number>(count).fill(y));
}

function joined(
  a: { y: number; weight: number; count: number },
  b: { y: number; weight: number; count: number },
) {
  const weight = a.weight + b.weight;
  return { y: (a.y * a.weight + b.y * b.weight) / weight, weight, count: a.count + b.count };
}
