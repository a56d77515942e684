import type { TurnRecord } from '../record/record.ts';
import { FirstSenders } from './first-senders.ts';
import { answersComeBack, heldTokens, isFollowing, isReplay } from './held.ts';
import { saidBefore } from './replays.ts';

/** vLLM's default, and the embedded engine's. */
export const BLOCK_TOKENS = 16;

export interface IdealOptions {
  /** Tokens of one KV block: only whole blocks are found again. */
  readonly blockTokens: number;
  /** The engine's own answers come back in the history, token by token; false for a data set's answers. */
  readonly isAnswerResent: boolean;
  /** Reasoning comes back before the answer; without it an answer that had some is not the one in the cache. */
  readonly isReasoningResent: boolean;
  /** One user's cache serves another; false with a cache salt of each user's own. */
  readonly isSharedByUsers: boolean;
}

/** A completed, measured turn. */
export interface IdealTurn {
  readonly userId: number;
  readonly turn: number;
  readonly inputTokens: number | undefined;
  /** As the engine reported. */
  readonly cachedTokens: number | undefined;
  /** What a cache that never forgets would have held; undefined where the engine gave no counts. */
  readonly idealTokens: number | undefined;
  /** What all users, or all of its tenant, share of it, as planned. */
  readonly sharedTokens: number | undefined;
  /** Of a conversation's first turn that was sent once: whether the warm-up had played it. */
  readonly begins?: 'new' | 'replayed';
}

interface SentTurn {
  readonly record: TurnRecord;
  readonly sentMs: number;
}

/**
 * The cached tokens that an infinite prefix cache would give every turn, from the engine's own counts.
 * With P input tokens, a output tokens of the previous turn, block size B, S shared tokens
 * (design note D.2, after vLLM's block hashing):
 *
 *     first turn    B min(floor(S / B), floor((P - 1) / B)), and 0 for the first user to send S;
 *                   S is what its tenant shares, and what all share for the first one of a tenant
 *     later turns   B min(floor((P' + a - 1) / B), floor((P - 1) / B)), P' the previous turn's input
 *
 * `- 1`: the last token of a prompt is always computed, the last token of an answer was never fed back.
 * An answer that does not come back as it was counts a = 1. A prompt shorter than P' + a shows that the template
 * left out some of what was said: then the new message at its end, of Q tokens, was not there before,
 * and the first term is floor((P - Q) / B). A first turn that the warm-up played
 * before is in the cache as a whole, as is every turn that the same data had asked for before, of another
 * conversation (`saidBefore`). The turn before is the last one completed: a failed or skipped
 * turn is not in the history. Requests of agents have no ideal here.
 */
export class IdealCache {
  readonly #options: IdealOptions;
  readonly #users = new Map<number, SentTurn[]>();
  readonly #senders = new FirstSenders();

  constructor(options: IdealOptions) {
    this.#options = options;
  }

  /** Warm-up included, in any order. `offsetMs` puts the record on the timeline that all parts share. */
  add(record: TurnRecord, offsetMs = 0): void {
    // What an agent is asked follows from its inputs, and not from the turn before.
    if (record.sentMs === undefined || record.agent) return;
    const sentMs = record.sentMs + offsetMs;
    this.#senders.offer(record, sentMs);
    if (record.status === 'ok') this.#turnsOf(record.userId).push({ record, sentMs });
  }

  merge(other: IdealCache): void {
    for (const [userId, turns] of other.#users) {
      const own = this.#turnsOf(userId);
      for (const turn of turns) own.push(turn);
    }
    this.#senders.merge(other.#senders);
  }

  /** By user, in the order of sending. */
  close(): IdealTurn[] {
    const turns = [...this.#users.values()].flat().sort((a, b) => a.sentMs - b.sentMs);
    const again = saidBefore(turns, this.#options);
    return [...this.#users.keys()]
      .sort((a, b) => a - b)
      .flatMap((userId) => this.#played(userId, again));
  }

  #played(userId: number, again: ReadonlySet<TurnRecord>): IdealTurn[] {
    const turns = this.#users.get(userId)!;
    turns.sort((a, b) => a.sentMs - b.sentMs || a.record.turn - b.record.turn);
    const result: IdealTurn[] = [];
    let previous: TurnRecord | undefined;
    let opening: TurnRecord | undefined;
    for (const { record } of turns) {
      if (record.phase === 'measure') {
        const { turn, inputTokens, cachedTokens, tenantTokens } = record;
        const sharedTokens = tenantTokens ?? record.sharedTokens;
        const held = again.has(record) ? record.inputTokens : this.#held(record, previous, opening);
        const idealTokens = this.#ideal(record, held);
        const begins = beginning(record, opening);
        const told = { userId, turn, inputTokens, cachedTokens, sharedTokens, idealTokens };
        result.push({ ...told, ...(begins && { begins }) });
      }
      previous = record;
      if (record.turn === 0) opening = record;
    }
    return result;
  }

  #ideal(record: TurnRecord, heldTokens: number | undefined): number | undefined {
    const inputTokens = counted(record, record.inputTokens);
    if (inputTokens === undefined || heldTokens === undefined) return undefined;
    const { blockTokens } = this.#options;
    const blocks = Math.floor(Math.min(heldTokens, inputTokens - 1) / blockTokens);
    return Math.max(0, blocks) * blockTokens;
  }

  /** Leading tokens of this turn's input that the cache holds. */
  #held(
    record: TurnRecord,
    previous: TurnRecord | undefined,
    opening: TurnRecord | undefined,
  ): number | undefined {
    if (record.isCumulative) {
      // Which user's the shared part is, nobody has counted.
      return this.#options.isSharedByUsers ? record.sharedTokens : undefined;
    }
    if (!isFollowing(record, previous)) {
      return isReplay(record, opening) ? record.inputTokens : this.#heldForFirst(record);
    }
    const isSame = answersComeBack(previous, this.#options);
    const answer = isSame ? counted(previous, previous.outputTokens) : 0;
    if (counted(previous, previous.inputTokens) === undefined || answer === undefined)
      return undefined;
    return heldTokens(record, previous)[isSame ? 'answers' : 'prompts'];
  }

  #heldForFirst(record: TurnRecord): number | undefined {
    if (!this.#options.isSharedByUsers) return 0;
    return this.#senders.foundBy(record)?.tokens ?? (record.sharedTokens && 0);
  }

  #turnsOf(userId: number): SentTurn[] {
    let turns = this.#users.get(userId);
    if (!turns) this.#users.set(userId, (turns = []));
    return turns;
  }
}

function beginning(record: TurnRecord, opening: TurnRecord | undefined): IdealTurn['begins'] {
  if (record.turn > 0 || record.attempts > 1 || record.reconnects > 0) return undefined;
  if (!opening) return 'new';
  return opening.phase === 'warmup' && opening.inputTokens === record.inputTokens
    ? 'replayed'
    : undefined;
}

/** Only the engine's own counts hold its chat template. */
function counted(record: TurnRecord, tokens: number | undefined): number | undefined {
  return record.tokensFrom === 'local' ? undefined : tokens;
}
