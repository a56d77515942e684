import { nameAt } from '../cache/prompt-blocks.ts';
import { NumberTable } from '../workload/traces/number-table.ts';

const FIRST_NAMES = 1024;

/** Whole numbers from 0 in the place of names: those that are different stay so. */
export class BlockNames {
  readonly #numbers = new NumberTable();
  /** By cache, and the name in it: the number and 1; 0: it has none. */
  readonly #ofCaches = new Map<number, Int32Array>();
  #count = 0;

  /** Of names of two words each (engine/kv/chain-hash.ts), the first so many. */
  ofHashes(names: Int32Array, blocks: number): number[] {
    return Array.from({ length: blocks }, (_, block) => this.#numberOf(nameAt(names, block)));
  }

  /** Of whole numbers, those of one cache and of another apart. */
  ofNumbers(names: Int32Array, cache: number): number[] {
    const chain = new Array<number>(names.length);
    let known = this.#ofCaches.get(cache) ?? new Int32Array(FIRST_NAMES);
    for (let at = 0; at < names.length; at++) {
      const name = names[at]!;
      if (name >= known.length) known = grown(known, name + 1);
      if (known[name] === 0) known[name] = ++this.#count;
      chain[at] = known[name]! - 1;
    }
    this.#ofCaches.set(cache, known);
    return chain;
  }

  /** So many in all, of which the last are found nowhere else. */
  withOthers(names: readonly number[], blocks: number): number[] {
    return [...names, ...Array.from({ length: blocks - names.length }, () => this.#count++)];
  }

  #numberOf(name: number): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#count);
    return this.#count++;
  }
}

function grown(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const more = new Int32Array(Math.max(length, 2 * values.length));
  more.set(values);
  return more;
}
