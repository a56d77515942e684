import { stream } from '../../base/random.ts';
import type { Corpus } from '../text/corpus.ts';
import { userMarks } from '../text/user-mark.ts';
import type { HashId } from './format.ts';

/** Full blocks that are kept: 10 MB of text at 512 tokens a block. */
const KEPT_MAX = 4096;

/**
 * The text of a hashed block: exactly `tokens` tokens, a function of (seed, id, tokens) alone. It begins
 * with words of the id's own, so that different ids differ from the first token on as far as the lead
 * words reach (see userMarks). A part of a block begins like the whole, up to the word that its end cuts.
 */
export type BlockTexts = (id: HashId, tokens: number) => string;

/** Keeps the full blocks that were asked for last. */
export function blockTexts(
  seed: string | number,
  corpus: Corpus,
  blockTokens: number,
  keptMax: number = KEPT_MAX,
): BlockTexts {
  const markOf = userMarks(seed, corpus.leadWords);
  const kept = new Map<HashId, string>();
  const cut = (id: HashId, tokens: number) =>
    corpus.cut(stream(seed, 'hashed block', id), tokens, markOf(markNumber(id)));
  return (id, tokens) => {
    if (tokens < blockTokens) return cut(id, tokens);
    const text = kept.get(id) ?? cut(id, tokens);
    // A map is in the order of insertion: what was asked for last goes to its end.
    kept.delete(id);
    kept.set(id, text);
    if (kept.size > keptMax) kept.delete(kept.keys().next().value!);
    return text;
  };
}

const MARK_BITS = 52;

/** Of an id beyond 2^53 its last bits: its words come from all of it. */
function markNumber(id: HashId): number {
  return typeof id === 'number' ? id : Number(BigInt.asUintN(MARK_BITS, BigInt(id)));
}
