import type { Clock } from '../base/clock.ts';
import { type Rng, stream } from '../base/random.ts';
import type { TurnRecord } from '../record/record.ts';
import { MOST } from '../scenario/bounds.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Transport } from '../transport/transport.ts';
import type { Door, GateOptions } from '../user/gate.ts';
import { Ledger } from '../user/ledger.ts';
import type { Habits, World } from '../user/world.ts';
import type { Workload } from '../workload/conversation.ts';
import { sampler } from '../workload/draw/distribution.ts';

export interface WorldOptions extends Pick<World, 'record' | 'lagging' | 'outage' | 'idle'> {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly workload: Workload;
}

/** What the users of one phase need, from what the run was given. */
export function worldOf(
  options: WorldOptions,
  gate: Door,
  phase: TurnRecord['phase'],
  phaseAt: World['phaseAt'] = () => phase,
): World {
  const { scenario, clock, transport, workload, outage, idle } = options;
  const ledger = new Ledger(phase);
  return {
    clock,
    transport,
    gate,
    ledger,
    outage,
    idle,
    phaseAt,
    habits: habitsOf(scenario),
    conversation: (userId) => workload.conversation(userId),
    record(record, said) {
      ledger.recorded(record.userId);
      options.record(record, said);
    },
    random: (...name) => stream(scenario.seed, ...name),
    lagging: options.lagging,
  };
}

/** When the gate lets requests in, beside whether there is room. */
export function paceOf(
  { population, seed }: Scenario,
  rng: Rng = stream(seed, 'population', 'pace'),
): Pick<GateOptions, 'restMs' | 'gapMs'> {
  const { pace } = population;
  if (!pace) return {};
  const draw = sampler(pace.gapSec, MOST.seconds);
  const gapMs = () => draw(rng) * 1000;
  return pace.mode === 'rest' ? { restMs: gapMs } : { gapMs };
}

function habitsOf(scenario: Scenario): Habits {
  const { pacing, population, timeouts, failure, conversation, sampling, output } = scenario;
  const { arrivals } = population;
  return {
    pacing,
    timeouts,
    failure,
    slowdown: 'slowdown' in arrivals ? arrivals.slowdown : 1,
    history: conversation.history,
    keepReasoning: conversation.keepReasoning,
    verify: conversation.verify,
    keepChunkGaps: output.keepChunkGaps,
    cacheSalt: sampling.cacheSalt,
    priorityOf: priorityOf(scenario),
  };
}

/** A user's class is drawn once, by its id alone; a length that is known beforehand is each turn's own. */
export function priorityOf({ sampling, seed }: Scenario): Habits['priorityOf'] {
  const { priority, priorityOrder } = sampling;
  if (priority === undefined) return undefined;
  const ofLength = (tokens: number | undefined): number | undefined =>
    tokens !== undefined && priorityOrder === 'highestFirst' ? -tokens : tokens;
  if (priority === 'maxTokens') return (_, { maxTokens }) => ofLength(maxTokens);
  if (priority === 'expected') return (_, { expectedTokens }) => ofLength(expectedTokens);
  const draw = sampler(priority, MOST.cap);
  return (userId) => Math.round(draw(stream(seed, 'user', userId, 'priority')));
}
