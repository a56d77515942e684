import { type Rng, stream } from '../base/random.ts';
import type { Scenario } from '../scenario/schema.ts';
import { sampler } from '../workload/draw/distribution.ts';

export interface Arrival {
  readonly userId: number;
  /** When the user's first turn is due, milliseconds from the start of the phase. */
  readonly dueMs: number;
  /** First turn to play: above 0 for users found in the middle of their conversation. */
  readonly startTurn: number;
}

type GapArrivals = Exclude<
  Scenario['population']['arrivals'],
  { process: 'closed' } | { process: 'trace' }
>;

/**
 * All arrivals of an open-loop population, in order of time: a function of the scenario alone, so that
 * every partition can compute all of them and play its share. The first joining user comes at time 0.
 * @param traceMs when each is due, for a process that goes by it
 */
export function* openArrivals(scenario: Scenario, traceMs?: readonly number[]): Generator<Arrival> {
  const { arrivals, rampUp, users = Infinity, firstUserId } = scenario.population;
  if (arrivals.process === 'closed') throw new Error('closed loop has no arrival process');
  if (arrivals.process === 'trace') {
    yield* traceArrivals(scenario, traceMs);
    return;
  }
  const found = rampUp ? rampUpArrivals(scenario) : [];
  const waiting = found.filter((arrival) => arrival.dueMs < Infinity);
  const gapMs = gapSampler(arrivals);
  const rng = streamOfArrivals(scenario);
  let dueMs = 0;
  for (let index = found.length; index < users; index++) {
    while (waiting[0] && waiting[0].dueMs <= dueMs) yield waiting.shift()!;
    yield { userId: firstUserId + index, dueMs, startTurn: 0 };
    dueMs += gapMs(rng);
  }
  yield* waiting;
}

/** In the order of the trace, also where times are equal; its first request comes at time 0. */
function* traceArrivals(
  { population }: Scenario,
  traceMs: readonly number[] | undefined,
): Generator<Arrival> {
  const { arrivals, users = Infinity, firstUserId } = population;
  if (arrivals.process !== 'trace' || !traceMs) throw new Error('no times to go by');
  const [firstMs = 0] = traceMs;
  for (let index = 0; index < Math.min(users, traceMs.length); index++) {
    const dueMs = (traceMs[index]! - firstMs) * arrivals.slowdown;
    yield { userId: firstUserId + index, dueMs, startTurn: 0 };
  }
}

export function streamOfArrivals({ population, seed }: Scenario): Rng {
  const { arrivals } = population;
  const own = 'seed' in arrivals ? arrivals.seed : undefined;
  return stream(own ?? seed, 'population', 'arrivals');
}

/**
 * Users found in the middle of their conversation, as in multi-round-qa.py: user i of n has been there
 * for (n - i) joining steps, so it has sent one turn per launch interval since. One that has sent all of
 * its turns is listed with an infinite due time.
 */
export function rampUpArrivals({ population, pacing, conversation }: Scenario): Arrival[] {
  const { rampUp, firstUserId } = population;
  if (!rampUp) return [];
  const intervalMs = constantOf(pacing.pauseSec) * 1000;
  const rounds = Math.max(1, Math.round(constantOf(conversation.rounds)));
  const arrivals = Array.from({ length: rampUp.users }, (_, i): Arrival => {
    const thereMs = (rampUp.users - i) * rampUp.joinEverySec * 1000;
    // A whole number of intervals must not become one less through the last bit of a product.
    const startTurn = Math.floor(thereMs / intervalMs + 1e-9) + 1;
    const dueMs = startTurn >= rounds ? Infinity : startTurn * intervalMs - thereMs;
    return { userId: firstUserId + i, dueMs, startTurn };
  });
  return arrivals.sort((a, b) => a.dueMs - b.dueMs || a.userId - b.userId);
}

/** Both settings were checked to be constants, see scenario/schema.ts. */
function constantOf(distribution: Scenario['pacing']['pauseSec']): number {
  if (typeof distribution === 'number') return distribution;
  if (distribution.distribution === 'constant') return distribution.value;
  throw new Error('ramp-up needs a constant');
}

/** Milliseconds between two arrivals, with mean 1 / usersPerSec. */
export function gapSampler(arrivals: GapArrivals): (rng: Rng) => number {
  if (arrivals.process === 'allAtOnce') return () => 0;
  const mean = 1000 / arrivals.usersPerSec;
  switch (arrivals.process) {
    case 'constant':
      return () => mean;
    case 'poisson':
      return sampler({ distribution: 'exponential', mean });
    case 'gamma':
      return sampler({ distribution: 'gamma', mean, cv: arrivals.cv ?? 1 });
    case 'lognormal':
      return sampler({ distribution: 'lognormal', mean, sigma: arrivals.sigma ?? 1 });
  }
}

/** Coefficient of variation of the gaps between arrivals; undefined in closed loop, where there is no such process. */
export function arrivalCv(arrivals: Scenario['population']['arrivals']): number | undefined {
  switch (arrivals.process) {
    case 'constant':
      return 0;
    case 'poisson':
      return 1;
    case 'gamma':
      return arrivals.cv;
    case 'lognormal':
      return Math.sqrt(Math.expm1((arrivals.sigma ?? 1) ** 2));
    default:
      return undefined;
  }
}
