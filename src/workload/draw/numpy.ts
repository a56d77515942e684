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

  /** Of shape and scale, as numpy calls them: the mean is their product (legacy_standard_gamma). */
  gamma(shape: number, scale: number): number {
    return scale * this.#standardGamma(shape);
  }

  #standardGamma(shape: number): number {
    if (shape === 1) return this.#exponential();
    return shape < 1 ? this.#smallGamma(shape) : this.#largeGamma(shape);
  }

  #exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  /** Ahrens and Dieter, Computing 12 (1974), as numpy has it. */
  #smallGamma(shape: number): number {
    for (;;) {
      const u = this.uniform();
      const v = this.#exponential();
      if (u <= 1 - shape) {
        const x = u ** (1 / shape);
        if (x <= v) return x;
      } else {
        const y = -Math.log((1 - u) / shape);
        const x = (1 - shape + shape * y) ** (1 / shape);
        if (x <= v + y) return x;
      }
    }
  }

  /** Marsaglia and Tsang, ACM TOMS 26 (2000). */
  #largeGamma(shape: number): number {
    const b = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * b);
    for (;;) {
      let x: number;
      let v: number;
      do {
        x = this.normal();
        v = 1 + c * x;
      } while (v <= 0);
      v **= 3;
      const u = this.uniform();
      if (u < 1 - 0.0331 * x ** 4) return b * v;
      if (Math.log(u) < 0.5 * x * x + b * (1 - v + Math.log(v))) return b * v;
    }
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
