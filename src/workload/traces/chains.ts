import type { HashId } from './format.ts';

/**
 * Names for the beginnings of inputs: two inputs have the same name at a place where all ids up to there
 * are the same. Where ids are hashes over all blocks before them (they are chained) that is one name for
 * each id; where an id names a block alone, the same block behind another beginning is another name, and
 * no cache finds it there.
 */
export class Chains {
  /** Places where an id came behind another id than when it was first seen. */
  conflicts = 0;
  readonly #parentOf = new Map<HashId, HashId | undefined>();
  /** By the name of what is before; the names of what comes first are under -1. */
  readonly #after = new Map<number, Map<HashId, number>>();
  #names = 0;

  /** The distinct beginnings that were named. */
  get names(): number {
    return this.#names;
  }

  /** Whole numbers from 0, one for each id, in order. */
  namesOf(hashIds: readonly HashId[]): number[] {
    let before = -1;
    let parent: HashId | undefined;
    return hashIds.map((id) => {
      if (!this.#parentOf.has(id)) this.#parentOf.set(id, parent);
      else if (this.#parentOf.get(id) !== parent) this.conflicts++;
      parent = id;
      before = this.#nameAfter(before, id);
      return before;
    });
  }

  #nameAfter(before: number, id: HashId): number {
    let names = this.#after.get(before);
    if (!names) this.#after.set(before, (names = new Map()));
    const known = names.get(id);
    if (known !== undefined) return known;
    names.set(id, this.#names);
    return this.#names++;
  }
}
