import { expect, test } from 'vitest';
import { explain } from '../../src/attribution/explanation.ts';
import { explanationText } from '../../src/attribution/sections.ts';
import { sentenceOf } from '../../src/attribution/sentence.ts';
import { whatIf } from '../../src/attribution/what-if.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { latencyFromIntendedMs } from '../../src/stats/latency.ts';
import { simulatedRun } from './runs.ts';

/** Eight users of 130 blocks and more take turns on 600. */
const PRESSURE: ScenarioInput = {
  target: { url: 'embedded' },
  conversation: {
    systemPrompt: { tokens: 200 },
    userHistory: { tokens: 2000 },
    rounds: 4,
    answer: { tokens: 20, force: true },
  },
  pacing: { mode: 'interval', pauseSec: 8, from: 'intended' },
  population: { arrivals: { process: 'constant', usersPerSec: 0.33 }, users: 16, maxActive: 8 },
  engine: { gpu: 'rtx4090', blocks: 600 },
};
const SLOWEST = { selection: { slowest: 0.5 }, by: 'ttft' } as const;
const NOTHING = { parts: 1, settings: [], standIn: [] };

const run = await simulatedRun(PRESSURE);
const explainable = explain(run, SLOWEST);

test('requests that lost blocks are played again with as many as they lacked, and find them', async () => {
  const explanation = await whatIf(explainable, NOTHING);
  const evicted = explanation.chosen.filter(({ eviction }) => eviction);
  expect(evicted.length).toBeGreaterThan(5);
  for (const { eviction, again, latencyMs } of evicted) {
    expect(eviction!.distance).toBeGreaterThan(599);
    expect(again!.afterMs).toBeLessThan(0.8 * latencyMs);
  }
  const { settings, moreGB } = explanation.counterfactual!;
  const blocks = Number(settings[0]!.split('=')[1]);
  expect(moreGB).toBeCloseTo(((blocks - 600) * 16 * 131072) / 1e9, 6);
  expect(sentenceOf(evicted[0]!, explanation.counterfactual)).toMatch(
    /evicted from block \d+ on, at distance [\d,]+ of 599 blocks: 2,\d+ tokens were computed again; with [\d.]+ GB more \d+ ms$/,
  );
});

test('what is foretold is what a run that has it measures, within 10 %', async () => {
  const settings = ['engine.blocks=3000'];
  const { chosen } = await whatIf(explainable, { ...NOTHING, settings });
  const larger = await simulatedRun({ ...PRESSURE, engine: { gpu: 'rtx4090', blocks: 3000 } });
  for (const { request, again } of chosen) {
    const { userId, turn } = request.record;
    const same = larger.parts[0]!.records.find(
      (record) => record.userId === userId && record.turn === turn,
    )!;
    expect(Math.abs(again!.afterMs / latencyFromIntendedMs(same)! - 1)).toBeLessThan(0.1);
  }
});

test('an engine stands for that of a real run, and both plays are told', async () => {
  const real = structuredClone(run.parts[0]!.header.scenario) as ScenarioInput;
  const scenario = { ...real, target: { ...real.target, url: 'http://localhost:1' } };
  const [part] = run.parts;
  const header = { ...part!.header, clock: 'system' as const, scenario };
  const measured = explain({ parts: [{ ...part!, header }], warnings: [] }, SLOWEST);
  expect(measured.capacity).toBeUndefined();
  await expect(whatIf(measured, NOTHING)).resolves.toBe(measured.explanation);
  const settings = ['engine.blocks=3000'];
  await expect(whatIf(measured, { ...NOTHING, settings })).rejects.toThrow(
    '--with: found a run against a real engine; expected --set engine.gpu=… and --set engine.blocks=… too',
  );
  const standIn = ['engine.gpu=rtx4090', 'engine.blocks=600'];
  const alone = await whatIf(measured, { parts: 1, settings: [], standIn });
  expect(alone.counterfactual!.moreGB).toBeGreaterThan(1);
  const { chosen } = await whatIf(measured, { parts: 1, settings, standIn });
  for (const { again, latencyMs } of chosen) expect(again!.beforeMs).toBeCloseTo(latencyMs, 3);
  const evicted = chosen.find(({ eviction }) => eviction)!;
  expect(evicted.again!.afterMs).toBeLessThan(0.8 * evicted.latencyMs);
});

test('a run of several parts is not played again', async () => {
  const settings = ['engine.blocks=3000'];
  await expect(whatIf(explainable, { parts: 2, settings, standIn: [] })).rejects.toThrow(
    '--with, --set: found a run of 2 parts; expected a run that was played in one',
  );
  await expect(whatIf(explainable, { ...NOTHING, parts: 2 })).resolves.toBe(
    explainable.explanation,
  );
});

test('whoever waited behind cold prefills is told of whom', () => {
  const sentences = explainable.explanation.chosen.map((one) => sentenceOf(one, undefined));
  expect(sentences.join('\n')).toMatch(/took [\d.]+ (ms|s): \d+ % /);
});

test('all of it in words', async () => {
  const few = explain(run, { ...SLOWEST, selection: { slowest: 0.05 } });
  const explanation = await whatIf(few, { ...NOTHING, settings: ['engine.blocks=3000'] });
  await expect(`${explanationText(explanation, 80)}\n`).toMatchFileSnapshot(
    '../golden/attribution/pressure.txt',
  );
});
