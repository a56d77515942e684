import { MersenneTwister } from '../../base/mersenne-twister.ts';
import { below, stream } from '../../base/random.ts';

/**
 * numpy.random.RandomState, of which numpy promises that its draws never change: what a script of numpy's draws with
 * the same seed. After numpy/random/src/legacy/legacy-distributions.c and mtrand.pyx; logarithms and exponentials are
 * JavaScript's, which may differ from C's in the last bit.
 */
export class RandomState {
  readonly #twister: MersenneTwister;
  #kept: number | undefined;

  constructor(seed: number) {
    this.#twister = MersenneTwister.ofNumber(seed);
  }

  /** In [0, 1): `random_sample`. */
  readonly uniform = (): number => this.#twister.uniform();

  /** `standard_normal`: by the polar method, which makes two values at once (legacy_gauss). */
  normal(): number {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept !== undefined) return kept;
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * this.uniform() - 1;
      y = 2 * this.uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    this.#kept = factor * x;
    return factor * y;
  }

  /** Of the logarithm's mean and standard deviation. */
  lognormal(mu: number, sigma: number): number {
    return Math.exp(mu + sigma * this.normal());
  }

  /** A whole number from `min` to `max`, both included: `randint(min, max + 1)`. */
  between(min: number, max: number): number {
    return min + this.#upTo(max - min);
  }

  /** `shuffle` of a list: in a new order, the list itself as it was. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.#upTo(i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /** A whole number from 0 to `most`, both included (random_interval): words are cut to its bits until one fits. */
  #upTo(most: number): number {
    if (most === 0) return 0;
    const unused = Math.clz32(most);
    let value: number;
    do value = (this.#twister.word() << unused) >>> unused;
    while (value > most);
    return value;
  }
}

/** A seed that numpy takes: the run's own where it is a whole number below 2^32, else one drawn for it. */
export function numpySeed(seed: string | number): number {
  const number = Number(seed);
  const isOne = Number.isInteger(number) && number >= 0 && number < 2 ** 32;
  return isOne ? number : below(stream(seed, 'numpy'), 2 ** 32);
}
