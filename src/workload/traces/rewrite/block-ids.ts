import { UsageError } from '../../../base/errors.ts';
import { Chains } from '../chains.ts';
import type { HashId, TraceEntry } from '../format.ts';

export interface Blocks {
  readonly blockTokens: number;
  readonly rounding: 'ceil' | 'floor';
}

/** What of the ids of a whole trace must be known before the first is written. */
export class IdSurvey {
  readonly #chains = new Chains();
  #greatest = -1;
  #count = 0;

  add({ hashIds }: TraceEntry): void {
    if (!hashIds) return;
    this.#count++;
    this.#chains.namesOf(hashIds);
    for (const id of hashIds)
      if (typeof id === 'number' && id > this.#greatest) this.#greatest = id;
  }

  /** Requests that have some. */
  get requests(): number {
    return this.#count;
  }

  get isChained(): boolean {
    return this.#chains.conflicts === 0;
  }

  /** Whole numbers that no entry has, as it is or by its names. */
  freshIds(areNames: boolean): () => number {
    let next = areNames ? this.#chains.names : this.#greatest + 1;
    return () => next++;
  }
}

/**
 * The same inputs with ids of other blocks: larger ones stand for so many of the smaller, and are the same
 * where all before them is. Ids that are not chained are renamed so that they are. The last, partial block
 * is named where that is wanted (`ceil`): one of which the trace does not name all has a name of its own.
 * @returns what is told all entries, in the order in which they were surveyed
 * @throws UsageError if the new block is no multiple of the old one.
 */
export function withBlocks(
  survey: IdSurvey,
  from: number,
  { blockTokens, rounding }: Blocks,
): (entry: TraceEntry) => TraceEntry {
  const each = blockTokens / from;
  if (!Number.isInteger(each)) {
    throw new UsageError(
      `--to-block-tokens: found ${blockTokens}; expected ${from}, as the trace has, or a multiple of it`,
    );
  }
  const isRenamed = each > 1 || !survey.isChained;
  const chains = isRenamed ? new Chains() : undefined;
  const fresh = survey.freshIds(isRenamed);
  return (entry) => {
    if (!entry.hashIds) return entry;
    const { inputTokens } = entry;
    const names: readonly HashId[] = chains?.namesOf(entry.hashIds) ?? entry.hashIds;
    const whole = Math.floor(inputTokens / blockTokens);
    const hashIds: HashId[] = [];
    for (let block = 0; block < whole; block++) hashIds.push(names[(block + 1) * each - 1]!);
    if (rounding === 'ceil' && inputTokens > whole * blockTokens) {
      const isNamed = names.length === Math.ceil(inputTokens / from);
      hashIds.push(isNamed ? names.at(-1)! : fresh());
    }
    return { ...entry, hashIds };
  };
}
