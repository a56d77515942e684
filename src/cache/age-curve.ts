import type { Hits } from './hit-curve.ts';

/**
 * What a cache finds that keeps every block for some time after its last use, however many they are: as providers
 * with a time to live do. A hit refreshes; a block as old as the time to live is gone.
 */
export class AgeCurve {
  readonly #found = new Map<number, { blocks: number; tokens: number }>();

  /** Blocks that were last used so long ago. */
  add(ageMs: number, blocks: number, tokens: number): void {
    const found = this.#found.get(ageMs);
    if (!found) {
      this.#found.set(ageMs, { blocks, tokens });
      return;
    }
    found.blocks += blocks;
    found.tokens += tokens;
  }

  /** With these times to live, in ascending order. */
  at(ttlsMs: readonly number[]): Hits[] {
    const ages = [...this.#found.keys()].sort((a, b) => a - b);
    let blocks = 0;
    let tokens = 0;
    let next = 0;
    return ttlsMs.map((ttlMs) => {
      for (; next < ages.length && ages[next]! < ttlMs; next++) {
        const found = this.#found.get(ages[next]!)!;
        blocks += found.blocks;
        tokens += found.tokens;
      }
      return { blocks, tokens };
    });
  }
}
