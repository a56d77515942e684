import { below, stream } from '../../base/random.ts';
import { contentName } from '../kv/chain-hash.ts';

export interface RetokenisedOptions {
  /** Share of answers, 0 to 1. */
  readonly share: number;
  readonly seed: string | number;
}

/**
 * An answer's tokens as they come back in the history: for that share of answers, one token after the
 * first is another one for the same text, as where a merge of the tokenizer crosses it, so that nothing
 * from there on is found in the cache. Which answers and where depends on the tokens and the seed alone:
 * what comes back a second time is the same as at the first. The count stays.
 */
export function retokenised(ids: Int32Array, { share, seed }: RetokenisedOptions): Int32Array {
  if (share === 0 || ids.length === 0) return ids;
  const rng = stream(seed, 'retokenised', ...contentName(ids, ids.length));
  if (rng() >= share) return ids;
  const at = ids.length === 1 ? 0 : 1 + below(rng, ids.length - 1);
  const other = ids.slice();
  other[at] = otherToken(ids[at]!);
  return other;
}

/** In no vocabulary. A minute of `templateDrift: clock` may have the same id, but begins the prompt, where no answer does. */
function otherToken(id: number): number {
  return -1000 - id;
}
