import { stream } from '../../src/base/random.ts';
import { Column } from '../../src/stats/column.ts';

/** A correlated series of which the true statistics are known. */
export interface Series {
  readonly values: number[];
  readonly mean: number;
  quantile(share: number): number;
}

/** Times in system of an M/M/1 queue in its steady state, service rate 1: exponential of mean 1 / (1 - rho). */
export function queueSeries(count: number, rho: number, seed: string | number): Series {
  const random = stream(seed, 'queue');
  const exponential = () => -Math.log(1 - random());
  let waitMs = random() < rho ? exponential() / (1 - rho) : 0;
  const values = Array.from({ length: count }, () => {
    const serviceMs = exponential();
    const inSystem = waitMs + serviceMs;
    waitMs = Math.max(0, inSystem - exponential() / rho);
    return inSystem;
  });
  return { values, mean: 1 / (1 - rho), quantile: (p) => -Math.log(1 - p) / (1 - rho) };
}

export function columnOf(values: Iterable<number>): Column {
  const column = new Column();
  for (const value of values) column.add(value);
  return column;
}
