const WORDS = 624;
const MIDDLE = 397;

/**
 * MT19937, whose draws other programs' runs depend on. After M. Matsumoto and T. Nishimura, "Mersenne Twister: A
 * 623-dimensionally equidistributed uniform pseudorandom number generator", ACM TOMACS 8 (1998), and their
 * mt19937ar.c of 2002: `init_genrand`, `init_by_array`, `genrand_int32` and `genrand_res53`.
 */
export class MersenneTwister {
  readonly #words: Uint32Array;
  #at = WORDS;

  private constructor(words: Uint32Array) {
    this.#words = words;
  }

  /** By `init_genrand`, as numpy.random.seed and RandomState take a whole number from 0 to 2^32 - 1. */
  static ofNumber(seed: number): MersenneTwister {
    return new MersenneTwister(spread(seed));
  }

  /** By `init_by_array`, as Python's random.seed takes a whole number, its 32-bit words from the lowest. */
  static ofWords(key: readonly number[]): MersenneTwister {
    const words = spread(19650218);
    let i = 1;
    const step = (factor: number, plus: number): void => {
      const mixed = Math.imul(words[i - 1]! ^ (words[i - 1]! >>> 30), factor);
      words[i] = (words[i]! ^ mixed) + plus;
      if (++i < WORDS) return;
      words[0] = words[WORDS - 1]!;
      i = 1;
    };
    for (let k = 0; k < Math.max(WORDS, key.length); k++) {
      const j = k % key.length;
      step(1664525, key[j]! + j);
    }
    for (let k = 1; k < WORDS; k++) step(1566083941, -i);
    words[0] = 0x80000000;
    return new MersenneTwister(words);
  }

  /** A whole number below 2^32. */
  word(): number {
    if (this.#at === WORDS) this.#twist();
    let y = this.#words[this.#at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A draw in [0, 1) with 53 bits, of two words. */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  #twist(): void {
    const words = this.#words;
    for (let i = 0; i < WORDS; i++) {
      const y = (words[i]! & 0x80000000) | (words[(i + 1) % WORDS]! & 0x7fffffff);
      words[i] = words[(i + MIDDLE) % WORDS]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}

function spread(seed: number): Uint32Array {
  const words = new Uint32Array(WORDS);
  words[0] = seed;
  for (let i = 1; i < WORDS; i++) {
    words[i] = Math.imul(words[i - 1]! ^ (words[i - 1]! >>> 30), 1812433253) + i;
  }
  return words;
}
