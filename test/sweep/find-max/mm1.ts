import { type Clock, VirtualClock } from '../../../src/base/clock.ts';
import { type Rng, stream } from '../../../src/base/random.ts';
import type { TurnRecord } from '../../../src/record/record.ts';
import { startRun } from '../../../src/run/run.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { Column } from '../../../src/stats/column.ts';
import { latencyMs } from '../../../src/stats/latency.ts';
import type { Estimate } from '../../../src/sweep/find-max/estimate.ts';
import { shareBeyond } from '../../../src/sweep/find-max/evidence.ts';
import type {
  Cancel,
  ChatRequest,
  ResponseObserver,
  Transport,
} from '../../../src/transport/transport.ts';
import { smallWorkload } from '../../support/small-workload.ts';

/** Requests per second that the one server of the queue can do. */
export const MU = 10;

/** A limit on p95 of the time from arrival to answer, which is exponential with the rate MU - lambda. */
export function exactBound(limitSec: number): number {
  return MU - Math.log(20) / limitSec;
}

/** What a run says of `latency.p95 < limit`. */
export type PlayAt = (lambda: number, seed: string) => Estimate;

/** By Lindley's recursion: the next waits for what is left of the one before. */
export function byRecursion(requests: number, limitSec: number): PlayAt {
  return (lambda, seed) => {
    const rng = stream(seed, 'queue');
    const latencies = new Float64Array(requests);
    let waitSec = 0;
    for (let index = 0; index < requests; index++) {
      latencies[index] = waitSec + exponential(rng, MU);
      waitSec = Math.max(0, latencies[index]! - exponential(rng, lambda));
    }
    return shareBeyond(latencies, limitSec, 1, 0.95);
  };
}

/** As a scenario that is played in virtual time by users, against a server that has one request at a time. */
export function byUsers(requests: number, limitSec: number): PlayAt {
  return (lambda, seed) => {
    const scenario = parseScenario({
      seed,
      conversation: { rounds: 1 },
      population: { arrivals: { process: 'poisson', usersPerSec: lambda }, users: requests },
      stop: { drainTimeoutSec: 1e6 },
    });
    const clock = new VirtualClock();
    const latencies = new Column();
    let done = false;
    startRun({
      scenario,
      clock,
      transport: new OneServer(clock, stream(seed, 'service')),
      workload: smallWorkload(scenario),
      record: (record: TurnRecord) => latencies.add(latencyMs(record)),
      onDone: () => (done = true),
    });
    clock.run();
    if (!done || latencies.count !== requests) throw new Error('the run did not come to its end');
    return shareBeyond(latencies.values(), limitSec * 1000, 1, 0.95);
  };
}

/** First come, first served, in times that are exponential: M/M/1. */
class OneServer implements Transport {
  readonly #clock: Clock;
  readonly #rng: Rng;
  #freeMs = 0;

  constructor(clock: Clock, rng: Rng) {
    this.#clock = clock;
    this.#rng = rng;
  }

  send(_: ChatRequest, observer: ResponseObserver): Cancel {
    const nowMs = this.#clock.now();
    observer.onSent(nowMs);
    this.#freeMs = Math.max(nowMs, this.#freeMs) + 1000 * exponential(this.#rng, MU);
    const timer = this.#clock.setTimeout(() => {
      const atMs = this.#clock.now();
      observer.onDelta('content', 'x', atMs);
      observer.onEnd({ usage: { inputTokens: 1, outputTokens: 1 }, finishReason: 'stop' }, atMs);
    }, this.#freeMs - nowMs);
    return () => this.#clock.clearTimeout(timer);
  }

  async close(): Promise<void> {}
}

function exponential(rng: Rng, rate: number): number {
  return -Math.log(1 - rng()) / rate;
}
