import type { ClockOrigin } from '../base/clock.ts';
import type { GeneratorHealth, TurnRecord } from '../record/record.ts';
import type { IsolatedBy } from '../run/isolation.ts';
import type { EarlierParts, RunAccount, RunEnd, RunState, StoppedBy } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Network } from '../transport/http/proxy.ts';

/** Where a bound that holds for all together is kept: requests of a phase, or conversations at a time. */
export type Room = 'warmup' | 'measure' | 'users';

/** One who asks to be let in. */
export interface Asking {
  readonly room: Room;
  /** Its number among those of its worker. */
  readonly id: number;
  readonly isFirstTurn?: boolean;
  readonly isCounted?: boolean;
}

/** How a worker ended in order. */
export interface WorkerEnd {
  readonly end: RunEnd & { readonly health?: GeneratorHealth | undefined };
  readonly account: RunAccount;
}

/** What a worker says. Nothing is said at a token: a record when a request has ended, a question before one begins. */
export type FromWorker =
  | { readonly type: 'ready'; readonly digest: string }
  | { readonly type: 'problem'; readonly text: string }
  | ({ readonly type: 'ask' } & Asking)
  | { readonly type: 'unask'; readonly room: Room; readonly id: number }
  | {
      readonly type: 'leave';
      readonly room: Room;
      readonly endMs: number;
      /** Default: 1. */
      readonly count?: number;
    }
  | { readonly type: 'gathered' }
  | { readonly type: 'stopping'; readonly by: StoppedBy }
  | { readonly type: 'records'; readonly records: readonly TurnRecord[] }
  | { readonly type: 'state'; readonly state: RunState }
  | { readonly type: 'notice'; readonly line: string }
  | ({ readonly type: 'done' } & WorkerEnd);

/** What it is told. */
export type ToWorker =
  | { readonly type: 'task'; readonly task: WorkerTask }
  | { readonly type: 'start'; readonly atMs: number }
  | { readonly type: 'go'; readonly atMs: number }
  | {
      readonly type: 'granted';
      readonly room: Room;
      readonly id: number;
      /** Since when it could have been let in; absent: it did not wait. */
      readonly sinceMs?: number;
      /** So many more may be let in, and again when they have left, without asking: until they are recalled. */
      readonly spare?: number;
    }
  /** Others wait: what is spare is given back, and what comes free from now on. */
  | { readonly type: 'recall'; readonly room: Room }
  | { readonly type: 'stop'; readonly by: StoppedBy }
  | { readonly type: 'abort' };

/** One end of the line between a worker and the process that it works for: what is sent arrives, in its order. */
export interface Line<In, Out> {
  send(message: Out): void;
  /** There is one listener. */
  listen(onMessage: (message: In) => void): void;
}

/** What a worker is to play, and how it reaches the target. */
export interface WorkerTask {
  /** With the partition that is its own. */
  readonly scenario: Scenario;
  readonly origin: ClockOrigin;
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  readonly network: Network;
  readonly isolatedBy: IsolatedBy | undefined;
  readonly before: EarlierParts | undefined;
}
