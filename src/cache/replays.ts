import type { TurnRecord } from '../record/record.ts';
import { heldTokens, isFollowing } from './held.ts';

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

interface Options {
  readonly blockTokens: number;
  /** The engine's own answers are in the history. */
  readonly isAnswerResent: boolean;
  readonly isSharedByUsers: boolean;
}

interface Sent {
  readonly record: TurnRecord;
  readonly sentMs: number;
}

/**
 * Of the completed turns of one cache, in the order of sending: those whose prompt another conversation of the same data
 * had sent before, token by token. A first turn is one, and each behind recorded answers. Behind the engine's own that is
 * known by what was found alone: whoever found more than its own conversation had before found the next message behind
 * the same answers, so that every turn before it was one as well.
 */
export function saidBefore(turns: readonly Sent[], options: Options): ReadonlySet<TurnRecord> {
  const again = new Set<TurnRecord>();
  if (!options.isSharedByUsers || turns.every(({ record }) => record.replayOf === undefined)) {
    return again;
  }
  const first = new Replays<number>();
  const users = new Map<number, Sent[]>();
  for (const sent of turns) {
    const { record, sentMs } = sent;
    first.add(record, sentMs);
    const own = users.get(record.userId);
    if (own) own.push(sent);
    else users.set(record.userId, [sent]);
  }
  for (const own of users.values()) {
    let isShown = false;
    for (const [place, { record, sentMs }] of [...own.entries()].reverse()) {
      const previous = own[place - 1]?.record;
      const hasTwin = first.find(record)! < sentMs;
      isShown ||= hasTwin && showsTwin(record, previous, options);
      const isSame = record.turn === 0 || record.isCumulative || !options.isAnswerResent;
      if (hasTwin && (isSame || isShown)) again.add(record);
      isShown &&= isFollowing(record, previous);
    }
  }
  return again;
}

/** It found more than its own conversation had before it, the answer included. */
function showsTwin(
  record: TurnRecord,
  previous: TurnRecord | undefined,
  { blockTokens }: Options,
): boolean {
  const { inputTokens = 0, cachedTokens = 0, isCumulative } = record;
  if (isCumulative || !isFollowing(record, previous)) return false;
  const held = Math.min(heldTokens(record, previous).answers, inputTokens - 1);
  return cachedTokens > blockTokens * Math.floor(held / blockTokens);
}
