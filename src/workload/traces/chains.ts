import type { HashId } from './format.ts';
import { NumberTable } from './number-table.ts';

const NOTHING = -1;
const FIRST_SIZE = 1024;
/** Distinct ids that can be told apart behind every name: a pair of both is one number below 2^53. */
const IDS_MAX = 2 ** 27;

/**
 * Names for the beginnings of inputs: two inputs have the same name at a place where all ids up to there
 * are the same. Where ids are hashes over all blocks before them (they are chained) that is one name for
 * each id; where an id names a block alone, the same block behind another beginning is another name, and
 * no cache finds it there.
 */
export class Chains {
  /** Places where an id came behind another id than when it was first seen. */
  conflicts = 0;
  /** Ids are numbered as they come; those of digits, beyond 2^53, in a map of their own. */
  readonly #numbers = new NumberTable();
  readonly #digits = new Map<string, number>();
  #ids = 0;
  /** By id: the id before it where it was first seen, and its name there. */
  #parents = new Int32Array(FIRST_SIZE);
  #firstNames = new Int32Array(FIRST_SIZE);
  /** By name: the one before it. */
  #before = new Int32Array(FIRST_SIZE);
  #names = 0;
  /** Names of ids behind another beginning than at first. */
  readonly #others = new NumberTable();

  /** The distinct beginnings that were named. */
  get names(): number {
    return this.#names;
  }

  /** Whole numbers from 0, one for each id, in order; a new beginning has the next one. */
  namesOf(hashIds: readonly HashId[]): number[] {
    let before = NOTHING;
    let parent = NOTHING;
    return hashIds.map((hashId) => {
      const known = this.#ids;
      const id = this.#numberOf(hashId);
      before = id === known ? this.#begin(id, parent, before) : this.#nameAfter(id, parent, before);
      parent = id;
      return before;
    });
  }

  #numberOf(hashId: HashId): number {
    const known = typeof hashId === 'number' ? this.#numbers.get(hashId) : this.#digits.get(hashId);
    if (known !== undefined) return known;
    if (typeof hashId === 'number') this.#numbers.set(hashId, this.#ids);
    else this.#digits.set(hashId, this.#ids);
    return this.#ids++;
  }

  /** An id that was never seen. */
  #begin(id: number, parent: number, before: number): number {
    this.#parents = withRoom(this.#parents, id);
    this.#firstNames = withRoom(this.#firstNames, id);
    this.#parents[id] = parent;
    this.#firstNames[id] = this.#names;
    return this.#newName(before);
  }

  #nameAfter(id: number, parent: number, before: number): number {
    if (this.#parents[id] !== parent) this.conflicts++;
    const first = this.#firstNames[id]!;
    if (this.#before[first] === before) return first;
    const pair = (before + 1) * IDS_MAX + id;
    const known = this.#others.get(pair);
    if (known !== undefined) return known;
    this.#others.set(pair, this.#names);
    return this.#newName(before);
  }

  #newName(before: number): number {
    this.#before = withRoom(this.#before, this.#names);
    this.#before[this.#names] = before;
    return this.#names++;
  }
}

function withRoom(values: Int32Array<ArrayBuffer>, place: number): Int32Array<ArrayBuffer> {
  if (place < values.length) return values;
  const more = new Int32Array(2 * values.length);
  more.set(values);
  return more;
}
