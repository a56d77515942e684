import { MersenneTwister } from '../../base/mersenne-twister.ts';

/**
 * Python's `random` after `random.seed(seed)` with a whole number below 2^32: what a script draws with the same
 * seed. After CPython's Lib/random.py; logarithms, sines and cosines are JavaScript's, which may differ from C's in
 * the last bit.
 */
export class PythonRandom {
  readonly #twister: MersenneTwister;
  #kept: number | undefined;

  constructor(seed: number) {
    this.#twister = MersenneTwister.ofWords([seed]);
  }

  /** `choice`: which of so many, from 0. The upper bits of words are drawn until they are below the count. */
  choice(count: number): number {
    const unused = Math.clz32(count);
    let value: number;
    do value = this.#twister.word() >>> unused;
    while (value >= count);
    return value;
  }

  /** `shuffle` of a list: in a new order, the list itself as it was. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.choice(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /** `gauss`: two values are made at once. */
  gauss(mu: number, sigma: number): number {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept !== undefined) return mu + kept * sigma;
    const angle = this.#twister.uniform() * 2 * Math.PI;
    const radius = Math.sqrt(-2 * Math.log(1 - this.#twister.uniform()));
    this.#kept = Math.sin(angle) * radius;
    return mu + Math.cos(angle) * radius * sigma;
  }
}

/** Python's `round` of a number: half to even. */
export function pythonRound(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  if (rest !== 0.5) return Math.round(value);
  return whole % 2 === 0 ? whole : whole + 1;
}
