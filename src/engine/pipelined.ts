import type { Job } from './job.ts';
import type { StepLoad } from './schedule/sequence.ts';
import { CATCH_UP_MS, type Stepping, type SteppingParts } from './stepping.ts';

/** A step that is launched and not yet told of. */
interface Flight {
  readonly rows: Job[];
  /** By row: tokens that are computed after it, and whether it samples one. */
  readonly computed: number[];
  readonly samples: boolean[];
  /** Loads that were seen to be complete when it was launched: known with its result. */
  loaded: readonly Job[];
  gpuEndMs: number;
}

const NONE: readonly Job[] = [];

/**
 * Asynchronous scheduling, as vLLM has it by default (`step_with_batch_queue`, two steps deep): a step is scheduled
 * and launched while the one before it runs, so that the host's time is hidden below the GPU's. The price: a request
 * that arrives waits until the step under way has ended and the one behind it has too; blocks of a request that ends
 * are free one step later; and the result of a step is read only when the next has been launched, which takes long
 * for a step that no CUDA graph covers.
 *
 *   O(k) = max(GPU end of k, launch end of k + 1)
 *   launch end of k + 1 = O(k - 1) + host + launch
 *   GPU end of k + 1 = max(max(GPU end of k, O(k - 1)) + gpu, launch end of k + 1)
 */
export class Pipelined implements Stepping {
  readonly #parts: SteppingParts;
  /** The older of those under way, and the newer; both are used again. */
  #first = newFlight();
  #second = newFlight();
  #underWay = 0;
  #isBusy = false;
  #hostFreeMs = 0;
  #gpuFreeMs = 0;
  #dueMs = 0;
  readonly #onLaunched = (): void => this.#fill(this.#ownTime());
  readonly #onResult = (): void => this.#readResult();

  constructor(parts: SteppingParts) {
    this.#parts = parts;
  }

  wake(): void {
    if (!this.#isBusy) this.#fill(this.#parts.clock.now());
  }

  /** Late timers do not slow the engine down. */
  #ownTime(): number {
    return Math.max(this.#dueMs, this.#parts.clock.now() - CATCH_UP_MS);
  }

  /** Launches another step, if there is anything to compute, and waits for what comes next. */
  #fill(nowMs: number): void {
    const { scheduler } = this.#parts;
    // With nothing to compute, the engine looks again and again.
    if (this.#underWay === 0) scheduler.loads.show(scheduler.loads.takeUnseen());
    const { rows, load } = scheduler.schedule();
    if (rows.length > 0) this.#launch(nowMs, rows, load);
    this.#isBusy = this.#underWay > 0;
    if (!this.#isBusy) return;
    if (rows.length > 0 && this.#underWay === 1) this.#wait(this.#hostFreeMs, this.#onLaunched);
    else this.#wait(Math.max(this.#first.gpuEndMs, this.#hostFreeMs, nowMs), this.#onResult);
  }

  #wait(untilMs: number, then: () => void): void {
    const { clock } = this.#parts;
    this.#dueMs = untilMs;
    clock.setTimeout(then, Math.max(0, untilMs - clock.now()));
  }

  #launch(nowMs: number, rows: readonly Job[], load: StepLoad): void {
    const { scheduler, cost, launchMs, handOverMs, begun } = this.#parts;
    const readyMs = nowMs + handOverMs();
    begun(rows, nowMs);
    this.#hostFreeMs = readyMs + cost.hostMs(load) + launchMs(load, rows, nowMs);
    const gpuMs = Math.max(this.#gpuFreeMs, readyMs) + cost.gpuMs(load);
    this.#gpuFreeMs = Math.max(gpuMs, this.#hostFreeMs);
    const flight = this.#underWay++ === 0 ? this.#first : this.#second;
    flight.gpuEndMs = this.#gpuFreeMs;
    flight.loaded = scheduler.loads.takeUnseen();
    flight.rows.length = rows.length;
    for (let i = 0; i < rows.length; i++) {
      const job = rows[i]!;
      flight.rows[i] = job;
      job.computedTokens += job.scheduledTokens;
      flight.computed[i] = job.computedTokens;
      const samples = job.computedTokens === job.knownTokens;
      flight.samples[i] = samples;
      if (samples) job.knownTokens++;
    }
  }

  #readResult(): void {
    const { clock, scheduler, computed, sampled, ended } = this.#parts;
    const nowMs = clock.now();
    const flight = this.#first;
    this.#first = this.#second;
    this.#second = flight;
    this.#underWay--;
    const { rows } = flight;
    for (let i = 0; i < rows.length; i++) {
      const job = rows[i]!;
      if (job.place === 'gone') continue;
      // One that was preempted meanwhile has nothing in its blocks any more.
      if (job.computedTokens >= flight.computed[i]!) computed(job, flight.computed[i]!);
      if (flight.samples[i]) sampled(job, nowMs);
    }
    ended();
    scheduler.loads.show(flight.loaded);
    flight.loaded = NONE;
    this.#fill(this.#ownTime());
  }
}

function newFlight(): Flight {
  return { rows: [], computed: [], samples: [], loaded: NONE, gpuEndMs: 0 };
}
