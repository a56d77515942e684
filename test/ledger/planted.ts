import { VirtualClock } from '../../src/base/clock.ts';
import type { Deficit } from '../../src/ledger/rules.ts';
import { openSimulated } from '../../src/play/target.ts';
import type { RunPart } from '../../src/record/journal-reader.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { startRun } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Scenario, ScenarioInput } from '../../src/scenario/schema.ts';
import { openWorkload } from '../../src/workload/load.ts';
import { header } from '../record/sample.ts';

/** A defect of an engine, and the scenario that runs into it. */
interface Plant {
  readonly engine?: ScenarioInput['engine'];
  readonly rest?: Partial<ScenarioInput>;
  /** What the engine does, and the run's header does not say. */
  readonly isHidden?: boolean;
}

type Planted = Exclude<Deficit, 'chunk' | 'unexplained'>;

const ROOMY = 30_000;

/** One cause each; the seed decides between ways to plant the same one. */
export const PLANTS = {
  inFlight: () => ({
    engine: { defects: { lateBlocks: true } },
    rest: { population: { users: 24, arrivals: { process: 'poisson', usersPerSec: 4 } } },
  }),
  eviction: () => ({ engine: { blocks: 600 } }),
  expiry: () => ({ engine: { defects: { expirySec: 15 } } }),
  notLoaded: (seed) => ({
    engine: {
      blocks: 600,
      offload: { preset: 'vllm', promptOnly: false, cpu: { blocks: ROOMY } },
      defects: { unloaded: seed % 2 ? 1 : 0.4 },
    },
  }),
  drift: (seed) => ({ engine: { defects: DRIFTS[seed % DRIFTS.length]! } }),
  reasoning: (seed) => {
    const isSent = seed % 2 === 1;
    return {
      engine: { reasoningTokens: 80, defects: { thinkingStripped: isSent } },
      rest: { conversation: { keepReasoning: isSent } },
    };
  },
  routing: (seed) => ({
    engine: {
      replicas: { count: 2 + (seed % 3), routing: seed % 2 ? 'random' : 'roundRobin' },
    },
  }),
  isolation: (seed) => ({
    rest: { sampling: { cacheSalt: 'of-{userId}' } },
    isHidden: seed % 2 === 1,
  }),
  unreported: () => ({ engine: { reportCached: false } }),
} satisfies Record<Planted, (seed: number) => Plant>;

const DRIFTS = [
  { retokenised: 0.5 },
  { templateDrift: 'generationPrompt' },
  { templateDrift: 'clock' },
] as const;

/** Users who come back after pauses of all lengths, seldom two at a time. */
function scenarioOf(seed: number, { engine, rest }: Plant): Scenario {
  const base: ScenarioInput = {
    name: 'planted',
    seed,
    conversation: {
      systemPrompt: { tokens: 320 },
      userHistory: { tokens: 500 },
      question: { tokens: 24 },
      answer: { tokens: 60, force: true },
      rounds: 5,
    },
    sampling: { ignoreEos: true },
    target: { stream: false },
    pacing: { mode: 'think', pauseSec: { distribution: 'exponential', mean: 20 } },
    population: { users: 24, arrivals: { process: 'poisson', usersPerSec: 0.1 } },
  };
  return parseScenario({
    ...base,
    ...rest,
    conversation: { ...base.conversation, ...rest?.conversation },
    sampling: { ...base.sampling, ...rest?.sampling },
    engine: { blocks: ROOMY, seed, ...engine },
  } as ScenarioInput);
}

export async function plantedRun(cause: Planted, seed: number): Promise<Run> {
  const plant: Plant = PLANTS[cause](seed);
  const scenario = scenarioOf(seed, plant);
  const { records, page } = await played(scenario);
  const { cacheSalt: _, ...unsalted } = scenario.sampling;
  const said = plant.isHidden ? { ...scenario, sampling: unsalted } : scenario;
  const part = {
    header: { ...header({}), clock: 'virtual' as const, originEpochMs: 0, scenario: said },
    records,
    footer: undefined,
    leftOut: 0,
    // What is stored below the GPU nobody else tells; how many blocks the GPU has shall be found out half of the time.
    ...(cause === 'notLoaded' && {
      enginePages: pagesOf(
        seed % 4 < 2 ? page : page.replaceAll(/^vllm:cache_config_info.*$/gm, ''),
      ),
    }),
  };
  return { parts: [part], warnings: [] };
}

function pagesOf(text: string): NonNullable<RunPart['enginePages']> {
  return { first: { atMs: 0, text }, last: { atMs: 1, text } };
}

async function played(scenario: Scenario): Promise<{ records: TurnRecord[]; page: string }> {
  const clock = new VirtualClock();
  const workload = await openWorkload(scenario, { tell() {} });
  const { transport, scrape, close } = await openSimulated(scenario, clock);
  const records: TurnRecord[] = [];
  try {
    startRun({
      scenario,
      clock,
      transport,
      workload,
      record: (one) => records.push(one),
      onDone() {},
    });
    clock.run();
    return { records, page: (await scrape()) ?? '' };
  } finally {
    await close();
  }
}
