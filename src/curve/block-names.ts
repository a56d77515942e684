import { nameAt } from '../cache/prompt-blocks.ts';
import { NumberTable } from '../workload/traces/number-table.ts';

/** Whole numbers from 0 in the place of names: those that are different stay so. */
export class BlockNames {
  readonly #numbers = new NumberTable();
  #count = 0;

  /** Of names of two words each (engine/kv/chain-hash.ts), the first so many. */
  ofHashes(names: Int32Array, blocks: number): number[] {
    return Array.from({ length: blocks }, (_, block) => this.#numberOf(nameAt(names, block)));
  }

  /** Of whole numbers, those of one cache and of another apart. */
  ofNumbers(names: Int32Array, cache: number): number[] {
    return Array.from(names, (name) => this.#numberOf(cache * 2 ** 32 + name));
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
