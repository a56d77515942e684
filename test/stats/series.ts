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

/**
 * Times in system of an M/H2/1 queue, whose services are exponential of mean 0.5 or, one in ten, of mean 5.5: mean 1,
 * coefficient of variation 2.3. They are of two exponentials: by the roots of the transform (Pollaczek, Khinchine).
 */
export function burstySeries(count: number, rho: number, seed: string | number): Series {
  const random = stream(seed, 'bursty queue');
  const exponential = (mean: number) => -mean * Math.log(1 - random());
  let waitMs = 0;
  const next = () => {
    const inSystem = waitMs + exponential(random() < 0.1 ? 5.5 : 0.5);
    waitMs = Math.max(0, inSystem - exponential(1 / rho));
    return inSystem;
  };
  // From an empty queue to its steady state.
  for (let index = 0; index < 20_000; index++) next();
  const values = Array.from({ length: count }, next);
  const [fast, slow] = [1 / 0.5, 1 / 5.5];
  const b = fast + slow - rho;
  const c = fast * slow - rho * (fast + slow) + rho * (0.9 * fast + 0.1 * slow);
  const [r, q] = [1, -1].map((sign) => (b + sign * Math.sqrt(b * b - 4 * c)) / 2) as [
    number,
    number,
  ];
  const mean = 1 + (rho * 2 * (0.9 * 0.5 ** 2 + 0.1 * 5.5 ** 2)) / (2 * (1 - rho));
  const share = (mean - 1 / q) / (1 / r - 1 / q);
  const above = (t: number) => share * Math.exp(-r * t) + (1 - share) * Math.exp(-q * t);
  return { values, mean, quantile: (p) => bisected((t) => above(t) < 1 - p, 100 * mean) };
}

/** Exponential values of mean 1 of which each is `memory` times the one before and, at times, something of its own. */
export function fadingSeries(count: number, memory: number, seed: string | number): Series {
  const random = stream(seed, 'fading');
  const exponential = () => -Math.log(1 - random());
  let value = exponential();
  const values = Array.from({ length: count }, () => {
    value = memory * value + (random() < memory ? 0 : exponential());
    return value;
  });
  return { values, mean: 1, quantile: (p) => -Math.log(1 - p) };
}

/** Where it becomes true, from 0 on. */
function bisected(isAbove: (x: number) => boolean, most: number): number {
  let [low, high] = [0, most];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (isAbove(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export function columnOf(values: Iterable<number>): Column {
  const column = new Column();
  for (const value of values) column.add(value);
  return column;
}
