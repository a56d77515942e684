import type { Hits } from './hit-curve.ts';

const FIRST_AGES = 1024;

/**
 * What a cache finds that keeps every block for some time after its last use, however many they are: as providers
 * with a time to live do. A hit refreshes; a block as old as the time to live is gone.
 */
export class AgeCurve {
  /** Side by side: they are added a million times, and asked for a few times to live. */
  #agesMs = new Float64Array(FIRST_AGES);
  #blocks = new Float64Array(FIRST_AGES);
  #tokens = new Float64Array(FIRST_AGES);
  #count = 0;

  /** Blocks that were last used so long ago. */
  add(ageMs: number, blocks: number, tokens: number): void {
    const at = this.#count++;
    if (at === this.#agesMs.length) this.#grow();
    this.#agesMs[at] = ageMs;
    this.#blocks[at] = blocks;
    this.#tokens[at] = tokens;
  }

  /** With these times to live, in ascending order. */
  at(ttlsMs: readonly number[]): Hits[] {
    // What each finds that the one before it does not, and then their sums.
    const found = ttlsMs.map(() => ({ blocks: 0, tokens: 0 }));
    for (let at = 0; at < this.#count; at++) {
      const first = found[firstAbove(ttlsMs, this.#agesMs[at]!)];
      if (!first) continue;
      first.blocks += this.#blocks[at]!;
      first.tokens += this.#tokens[at]!;
    }
    for (let index = 1; index < found.length; index++) {
      found[index]!.blocks += found[index - 1]!.blocks;
      found[index]!.tokens += found[index - 1]!.tokens;
    }
    return found;
  }

  #grow(): void {
    const grown = (values: Float64Array): Float64Array<ArrayBuffer> => {
      const more = new Float64Array(2 * values.length);
      more.set(values);
      return more;
    };
    this.#agesMs = grown(this.#agesMs);
    this.#blocks = grown(this.#blocks);
    this.#tokens = grown(this.#tokens);
  }
}

/** The first that is larger, of ascending ones; their number if none is. */
function firstAbove(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
