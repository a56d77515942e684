import type { Clock } from '../base/clock.ts';
import type { StepCost } from './cost/cost-model.ts';
import type { LaunchCost } from './cost/launch.ts';
import type { Job } from './job.ts';
import type { Scheduler } from './schedule/scheduler.ts';

/** How far behind the wall clock the engine may be and still catch up; beyond that the time is lost. */
export const CATCH_UP_MS = 100;

/** What makes one step of an engine follow another. */
export interface Stepping {
  /** There may be something to schedule. */
  wake(): void;
}

export interface SteppingParts {
  readonly clock: Clock;
  readonly scheduler: Scheduler<Job>;
  readonly cost: StepCost;
  /** Host time to launch a step. */
  readonly launchMs: LaunchCost;
  /** Host time before it is launched, for what the step before it has computed: asked once a step. */
  readonly handOverMs: () => number;
  /** A step of these rows begins. */
  readonly begun: (rows: readonly Job[], startMs: number) => void;
  /** So many tokens of it are computed for certain: more of it may be under way. */
  readonly computed: (job: Job, tokens: number) => void;
  /** It has another token. */
  readonly sampled: (job: Job, atMs: number) => void;
  /** All of a step has been told. */
  readonly ended: () => void;
}

/** One step after the other: it is scheduled when the result of the one before it is known. */
export class InTurn implements Stepping {
  readonly #parts: SteppingParts;
  #isStepping = false;
  #rows: readonly Job[] = [];
  #endMs = 0;
  /** One for all steps. */
  readonly #onEnd = (): void => this.#end();

  constructor(parts: SteppingParts) {
    this.#parts = parts;
  }

  wake(): void {
    if (!this.#isStepping) this.#start(this.#parts.clock.now());
  }

  #start(startMs: number): void {
    const { scheduler, clock, cost, launchMs, handOverMs, begun } = this.#parts;
    const { rows, load } = scheduler.schedule();
    this.#rows = rows;
    this.#isStepping = rows.length > 0;
    if (!this.#isStepping) return;
    const handOver = handOverMs();
    begun(rows, startMs);
    const computeMs = Math.max(cost.gpuMs(load) + cost.hostMs(load), launchMs(load, rows, startMs));
    this.#endMs = startMs + handOver + computeMs;
    clock.setTimeout(this.#onEnd, Math.max(0, this.#endMs - clock.now()));
  }

  #end(): void {
    const nowMs = this.#parts.clock.now();
    for (const job of this.#rows) if (job.place === 'running') this.#advance(job, nowMs);
    this.#parts.ended();
    // Steps follow each other on the engine's own time, so that late timers do not slow it down.
    this.#start(Math.max(this.#endMs, nowMs - CATCH_UP_MS));
  }

  #advance(job: Job, nowMs: number): void {
    job.computedTokens += job.scheduledTokens;
    this.#parts.computed(job, job.computedTokens);
    if (job.computedTokens < job.knownTokens) return;
    job.knownTokens++;
    this.#parts.sampled(job, nowMs);
  }
}
