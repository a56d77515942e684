import { UsageError } from '../../../base/errors.ts';
import { Chains } from '../chains.ts';
import type { HashId, TraceEntry } from '../format.ts';

export interface Blocks {
  readonly blockTokens: number;
  readonly rounding: 'ceil' | 'floor';
}

/**
 * The same inputs with ids of other blocks: larger ones stand for so many of the smaller, and are the same
 * where all before them is. Ids that are not chained are renamed so that they are. The last, partial block
 * is named where that is wanted (`ceil`): one of which the trace does not name all has a name of its own.
 * @throws UsageError if the new block is no multiple of the old one.
 */
export function withBlocks(
  entries: readonly TraceEntry[],
  from: number,
  { blockTokens, rounding }: Blocks,
): TraceEntry[] {
  const each = blockTokens / from;
  if (!Number.isInteger(each)) {
    throw new UsageError(
      `--to-block-tokens: found ${blockTokens}; expected ${from}, as the trace has, or a multiple of it`,
    );
  }
  const chains = new Chains();
  const paths = entries.map(({ hashIds }) => hashIds && chains.namesOf(hashIds));
  const isRenamed = each > 1 || chains.conflicts > 0;
  const fresh = freshIds(entries, isRenamed ? chains.names : undefined);
  return entries.map((entry, i) => {
    if (!entry.hashIds) return entry;
    const { inputTokens } = entry;
    const names: readonly HashId[] = isRenamed ? paths[i]! : entry.hashIds;
    const whole = Math.floor(inputTokens / blockTokens);
    const hashIds: HashId[] = [];
    for (let block = 0; block < whole; block++) hashIds.push(names[(block + 1) * each - 1]!);
    if (rounding === 'ceil' && inputTokens > whole * blockTokens) {
      const isNamed = names.length === Math.ceil(inputTokens / from);
      hashIds.push(isNamed ? names.at(-1)! : fresh());
    }
    return { ...entry, hashIds };
  });
}

/** Whole numbers that no entry has. */
function freshIds(entries: readonly TraceEntry[], names: number | undefined): () => number {
  let next = names ?? 0;
  if (names === undefined) {
    for (const { hashIds = [] } of entries) {
      for (const id of hashIds) if (typeof id === 'number' && id >= next) next = id + 1;
    }
  }
  return () => next++;
}
