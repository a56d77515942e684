import { stream } from '../../src/base/random.ts';
import { playedInMemory } from '../../src/capacity/in-memory.ts';
import { runReferences } from '../../src/ledger/run-references.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';

const GPUS = ['a100', 'h100', 'rtx4090'];

/** A workload and an engine of random sizes; how many blocks requests can use there is known. */
export function randomEngine(index: number | string): { input: ScenarioInput; blocks: number } {
  const draw = stream('capacity', index);
  const between = (low: number, high: number) =>
    Math.floor(low * Math.exp(draw() * Math.log((high + 1) / low)));
  const [systemTokens, historyTokens] = [between(16, 1500), between(50, 3000)];
  const [answerTokens, questionTokens] = [between(10, 300), between(8, 200)];
  const [rounds, users, atOnce] = [between(2, 8), between(20, 80), between(3, 20)];
  const ownBlocks = (historyTokens + rounds * (answerTokens + questionTokens)) / 16;
  const sharedBlocks = systemTokens / 16;
  const liveBlocks = sharedBlocks + Math.min(users, 1.5 * atOnce) * ownBlocks;
  const leastBlocks = 1.6 * (sharedBlocks + ownBlocks) + 20;
  const blocks = Math.ceil(Math.max(leastBlocks, liveBlocks * (0.25 + 0.75 * draw())));
  const gapSec = between(1, 20);
  const kind = Math.floor(draw() * 3);
  const pauses = [
    { distribution: 'lognormal', mean: gapSec, cv: 0.7 },
    { distribution: 'exponential', mean: gapSec },
    { distribution: 'lognormal', mean: gapSec, cv: 1.5 },
  ] as const;
  const pauseSec = pauses[kind]!;
  return {
    blocks: blocks - 1,
    input: {
      name: 'engine',
      seed: index,
      target: { url: 'embedded' },
      conversation: {
        systemPrompt: { tokens: systemTokens },
        userHistory: { tokens: historyTokens },
        question: { tokens: questionTokens },
        rounds,
        answer: { tokens: answerTokens, force: true },
      },
      pacing:
        kind === 0 ? { mode: 'interval', pauseSec, from: 'intended' } : { mode: 'think', pauseSec },
      population: {
        users,
        arrivals:
          kind === 2
            ? { process: 'closed', concurrency: atOnce }
            : { process: 'poisson', usersPerSec: atOnce / (rounds * gapSec) },
      },
      // As servers do by default: when a request was admitted is not told.
      engine: {
        gpu: GPUS[Math.floor(draw() * GPUS.length)]!,
        blocks,
        reportRequestMetrics: false,
      },
    },
  };
}

export function played(input: ScenarioInput): Promise<Run> {
  return playedInMemory(parseScenario(input));
}

export async function referencesOf(input: ScenarioInput) {
  return runReferences(await played(input));
}
