import { playedAgain } from '../../src/attribution/counterfactual.ts';
import type { RunHeader, TurnRecord } from '../../src/record/record.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { PLAIN } from '../support/plain.ts';
import { answeredTurn } from '../support/turn-record.ts';

/** A run of these records, as if it had been read from a folder. */
export function runOf(
  records: readonly TurnRecord[],
  scenario: unknown,
  more: Partial<RunHeader> = {},
): Run {
  const header: RunHeader = {
    format: 'confab-journal',
    version: 1,
    confab: '0',
    clock: 'virtual',
    originEpochMs: 0,
    scenario,
    workloadDigest: '',
    notes: [],
    part: 0,
    ...more,
  };
  return { parts: [{ header, records, footer: undefined }], warnings: [] };
}

/** Played in virtual time against the embedded engine. */
export async function simulatedRun(input: ScenarioInput): Promise<Run> {
  const scenario = parseScenario(input);
  return runOf([...(await playedAgain(scenario, [])).values()], scenario);
}

/** An answered request; times in milliseconds. */
export function answered(userId: number, turn: number, more: Partial<TurnRecord>): TurnRecord {
  return answeredTurn({
    ...{ userId, turn, turns: turn + 1 },
    ...{ intendedMs: 0, readyMs: 0, sentMs: 0, firstTokenMs: 10, lastTokenMs: 20, endMs: 20 },
    ...{ inputTokens: 100, outputTokens: 5, chunks: 5, tokensFrom: 'usage' },
    ...more,
  });
}

/** Prompts of very different lengths on a GPU that holds a part of them, with host memory below it. */
export function offloading(seed: number, engine: ScenarioInput['engine'] = {}): ScenarioInput {
  return {
    seed,
    target: { url: 'embedded' },
    conversation: {
      systemPrompt: { tokens: 500 },
      userHistory: { tokens: 300 },
      question: { tokens: { distribution: 'lognormal', mean: 1200, cv: 1.2 } },
      rounds: { distribution: 'uniform', min: 2, max: 8 },
      answer: { tokens: { distribution: 'uniform', min: 5, max: 40 }, force: true },
    },
    pacing: { mode: 'think', pauseSec: { distribution: 'exponential', mean: 10 } },
    population: { arrivals: { process: 'poisson', usersPerSec: 0.4 }, users: 60 },
    engine: {
      gpu: PLAIN,
      blocks: 3000,
      offload: { preset: 'vllm', cpu: { capacityGB: 64, readGBps: 10 } },
      ...engine,
    },
  };
}
