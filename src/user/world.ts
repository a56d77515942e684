import type { Clock } from '../base/clock.ts';
import type { Rng } from '../base/random.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Transport } from '../transport/transport.ts';
import type { Conversation, Turn } from '../workload/conversation.ts';
import type { Message } from '../workload/message.ts';
import type { Door } from './gate.ts';
import type { Idle } from './idle.ts';
import type { Ledger } from './ledger.ts';
import type { Outage } from './outage.ts';

/** What users do, apart from what they say: the parts of the scenario that a user needs. */
export type Habits = Pick<Scenario, 'pacing' | 'timeouts' | 'failure'> & {
  /** How often the times of a trace are stretched. */
  readonly slowdown: number;
  readonly history: 'live' | 'recorded';
  readonly keepReasoning: boolean;
  /** An answer that is not the recorded one is a failure. */
  readonly verify: boolean;
  readonly keepChunkGaps: boolean;
  /** What requests are salted with (vLLM's cache_salt), with {userId} still in it. */
  readonly cacheSalt: string | undefined;
  /** The request field `priority` of a turn; undefined: it is not sent. */
  readonly priorityOf?: ((userId: number, turn: Turn) => number | undefined) | undefined;
};

export interface Said {
  readonly messages: readonly Message[];
  /** With the reasoning, as a server counts its output. */
  readonly answer: string;
  /** The answer without its reasoning; absent: there was none to leave out. */
  readonly content?: string;
}

/** What users need from outside. One for the warm-up and one for the measurement; tests make their own. */
export interface World {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly gate: Door;
  /** Where every request is planned before it is recorded. */
  readonly ledger: Ledger;
  /** Told of every request whether it reached the engine. */
  readonly outage?: Outage | undefined;
  /** Where idle time is skipped: all who wait for a time are known to it. */
  readonly idle?: Idle | undefined;
  readonly habits: Habits;
  /** Of a turn that is due then; undefined: nobody knows when. */
  phaseAt(dueMs: number | undefined): TurnRecord['phase'];
  conversation(userId: number): Conversation;
  /** `said` gives the request's messages and the answer, if it is called at once: the conversation goes on. */
  record(record: TurnRecord, said?: () => Said): void;
  /** A stream for decisions taken during the run, such as retry jitter. */
  random(...name: (string | number)[]): Rng;
  /** A turn was due `lagMs` ago, when the previous answer ended: the engine cannot keep this user's pace. */
  lagging?(userId: number, lagMs: number): void;
}
