import type { TurnRecord } from '../../record/record.ts';
import { EarlierTexts } from '../../workload/text/common-beginning.ts';
import type { Answered } from './request.ts';

/**
 * What a probe repeats of an earlier one, as its record says: to find it again is what it was sent for, and no sign of
 * a cache that somebody else had filled.
 */
export class ProbesBefore {
  readonly #texts = new EarlierTexts();
  readonly #ids: number[] = [];

  /** In the order in which they were answered. */
  sharedBy({ id, asked, usage }: Answered): Pick<TurnRecord, 'sharedTokens' | 'sharedWith'> {
    const { text, place } = this.#texts.add(asked.text);
    this.#ids.push(id);
    if (place === undefined) return { sharedTokens: 0 };
    // Of words that are drawn alike: a part of them has that part of the tokens.
    const share = wordsIn(text) / wordsIn(asked.text);
    const sharedTokens = Math.round(share * (usage?.inputTokens ?? 0));
    return { sharedTokens, sharedWith: this.#ids[place]! };
  }
}

function wordsIn(text: string): number {
  return text.trim().split(/\s+/).length;
}
