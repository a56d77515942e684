import type { TurnRecord } from '../record/record.ts';
import { METRICS } from './metrics.ts';
import { Tokens } from './tokens.ts';

/** What will end a run, as far as it is known: whichever comes first. */
export interface Goals {
  /** Milliseconds of measuring. */
  readonly afterMs?: number;
  readonly requests?: number;
  readonly conversations?: number;
}

/** A run under way, from the beginning of its measuring. Absent is unknown. */
export interface SoFarSummary {
  readonly measuredMs: number;
  readonly completed: number;
  readonly failed: number;
  /** Requests that were sent and have ended, in whatever way; those that were handed over too. */
  readonly ended: number;
  /** Conversations of which every turn has ended. */
  readonly conversations: number;
  /** Over the last few seconds. */
  readonly completedPerSec?: number;
  /** Means over completed requests. */
  readonly meanTtftMs?: number;
  readonly meanTpotMs?: number;
  /** Of the input tokens, of requests that reported it; 0 to 1. */
  readonly cachedShare?: number;
  /** Share of the run that is over, by the goal that is nearest; 0 to 1. */
  readonly share?: number;
  /** Until that goal, if all goes on as until now. */
  readonly leftMs?: number;
}

/** So long a rate looks back: as the default log interval. */
const RATE_MS = 10_000;
/** Before, what is left would be guessed from one or two requests. */
const GUESSED = { shareMin: 0.05, measuredMinMs: 3000 };

/** Follows a run for those who wait for it. Nothing but sums is kept, and how far the live conversations are. */
export class SoFar {
  #completed = 0;
  #failed = 0;
  #ended = 0;
  #conversations = 0;
  readonly #ttft = { sum: 0, count: 0 };
  readonly #tpot = { sum: 0, count: 0 };
  readonly #tokens = new Tokens();
  /** Of each conversation under way, the share of its turns that has ended; and their sum. */
  readonly #under = new Map<number, number>();
  #underSum = 0;
  /** Of what has been done, the part that was handed over. */
  readonly #before = { requests: 0, conversations: 0 };
  /** Completed requests by time, of the last `RATE_MS`. */
  #marks: { readonly atMs: number; readonly completed: number }[] = [];

  /** @param isHandedOver of the run's own load, though it was its warm-up: what ends the run counts it. */
  add(record: TurnRecord, isHandedOver = false): void {
    if (record.phase !== 'measure' && !isHandedOver) return;
    const done = this.#done();
    this.#follow(record);
    const isSent = record.status !== 'unsent';
    if (isSent) this.#ended++;
    if (isHandedOver) {
      this.#before.conversations += this.#done() - done;
      if (isSent) this.#before.requests++;
      return;
    }
    if (!isSent || record.status === 'cancelled') return;
    if (record.status !== 'ok') {
      this.#failed++;
      return;
    }
    this.#completed++;
    this.#tokens.add(record);
    addTo(this.#ttft, METRICS.ttftMs.of(record));
    addTo(this.#tpot, METRICS.tpotMs.of(record));
  }

  /** Now, of a run whose measuring began at `startMs`. */
  at(nowMs: number, startMs: number, goals: Goals): SoFarSummary {
    const measuredMs = Math.max(0, nowMs - startMs);
    return {
      measuredMs,
      completed: this.#completed,
      failed: this.#failed,
      ended: this.#ended,
      conversations: this.#conversations,
      ...known('completedPerSec', this.#completedPerSec(nowMs, startMs)),
      ...known('meanTtftMs', meanOf(this.#ttft)),
      ...known('meanTpotMs', meanOf(this.#tpot)),
      ...known('cachedShare', this.#tokens.close().cache.share),
      ...this.#left(measuredMs, goals),
    };
  }

  /** Where agents ask in the same turn, the first of them speaks for all. */
  #follow({ userId, turn, turns, agent }: TurnRecord): void {
    if (agent && agent.place > 0) return;
    const before = this.#under.get(userId) ?? 0;
    if (turn === turns - 1) {
      this.#conversations++;
      this.#under.delete(userId);
      this.#underSum -= before;
    } else {
      const share = (turn + 1) / turns;
      this.#under.set(userId, share);
      this.#underSum += share - before;
    }
  }

  #completedPerSec(nowMs: number, startMs: number): number | undefined {
    if (this.#marks.length === 0) this.#marks.push({ atMs: startMs, completed: 0 });
    while (this.#marks.length > 1 && this.#marks[1]!.atMs <= nowMs - RATE_MS) this.#marks.shift();
    const first = this.#marks[0]!;
    this.#marks.push({ atMs: nowMs, completed: this.#completed });
    const ms = nowMs - first.atMs;
    return ms > 0 ? ((this.#completed - first.completed) * 1000) / ms : undefined;
  }

  #done(): number {
    return this.#conversations + this.#underSum;
  }

  #left(measuredMs: number, goals: Goals): Pick<SoFarSummary, 'share' | 'leftMs'> {
    const { afterMs, requests, conversations } = goals;
    const before = this.#before;
    const nearest = [
      ...(afterMs === undefined ? [] : [nearness(measuredMs, afterMs)]),
      ...(requests === undefined ? [] : [nearness(this.#ended, requests, before.requests)]),
      ...(conversations === undefined
        ? []
        : [nearness(this.#done(), conversations, before.conversations)]),
    ].reduce<Nearness | undefined>(
      (most, one) => (most && most.share >= one.share ? most : one),
      undefined,
    );
    if (!nearest) return {};
    const { share, measuredShare } = nearest;
    const isKnown = afterMs !== undefined && share === nearness(measuredMs, afterMs).share;
    const isGuess = measuredShare >= GUESSED.shareMin && measuredMs >= GUESSED.measuredMinMs;
    return {
      share,
      ...((isKnown || isGuess) &&
        measuredShare > 0 && { leftMs: (measuredMs * (1 - share)) / measuredShare }),
    };
  }
}

/** How near a goal is: as a share of it, and of that what was done since measuring began. */
interface Nearness {
  readonly share: number;
  readonly measuredShare: number;
}

function nearness(done: number, goal: number, before = 0): Nearness {
  if (goal <= 0) return { share: 1, measuredShare: 1 };
  const share = Math.min(1, done / goal);
  return { share, measuredShare: share - Math.min(share, before / goal) };
}

function addTo(mean: { sum: number; count: number }, value: number | undefined): void {
  if (value === undefined) return;
  mean.sum += value;
  mean.count++;
}

function meanOf({ sum, count }: { sum: number; count: number }): number | undefined {
  return count > 0 ? sum / count : undefined;
}

function known<Name extends string>(name: Name, value: number | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { [key in Name]?: number };
}
