import type { TurnRecord } from '../record/record.ts';

/**
 * Prompts that several conversations have in common from end to end, as their data are played again: what was sent of
 * them first. Whoever comes later finds all of it.
 */
export class Replays<Sent> {
  readonly #sent = new Map<string, Sent>();

  /** Of turns in the order of sending, the first of its kind counts. */
  add(record: TurnRecord, sent: Sent): void {
    const name = nameOf(record);
    if (!this.#sent.has(name)) this.#sent.set(name, sent);
  }

  /** undefined: nobody has said it before. */
  find(record: TurnRecord): Sent | undefined {
    return this.#sent.get(nameOf(record));
  }
}

/** Of what a conversation says in this turn: a prompt of another length is another one, as a turn before it failed. */
function nameOf({ userId, replayOf = userId, turn, inputTokens }: TurnRecord): string {
  return `${replayOf} ${turn} ${inputTokens}`;
}

/**
 * Whether a turn's prompt is, token by token, the one that another conversation of the same data had at this turn.
 * Behind the engine's own answers that is known by what was found alone: whoever found more than its own conversation
 * had before, `ownTokens` with the answer, found the next message behind the same answer.
 */
export function isWordForWord(
  { turn, isCumulative, cachedTokens = 0 }: TurnRecord,
  isAnswerResent: boolean,
  ownTokens: number | undefined,
): boolean {
  return turn === 0 || isCumulative || !isAnswerResent || cachedTokens > (ownTokens ?? Infinity);
}
