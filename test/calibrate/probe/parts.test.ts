import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { constantsOf } from '../../../src/calibrate/probe/constants.ts';
import { decodeSeen } from '../../../src/calibrate/probe/decode.ts';
import { budgetOf, likelyBudgets, maxSeqsOf } from '../../../src/calibrate/probe/limits.ts';
import { loadCost } from '../../../src/calibrate/probe/load.ts';
import { mixedSeen, stallsOf } from '../../../src/calibrate/probe/mixed.ts';
import { profileConstants, profileJson } from '../../../src/calibrate/probe/profile.ts';
import type { Answered } from '../../../src/calibrate/probe/request.ts';
import { readProfile } from '../../../src/engine/cost/profile-file.ts';
import { profileOf } from '../../../src/engine/cost/profile-of.ts';
import { PLAIN } from '../../support/plain.ts';
import { designs, noisyFit } from '../noise.ts';
import { calibrated } from '../rig.ts';
import { outsideOf } from '../truth.ts';

function answered(deltasMs: readonly number[], more: Partial<Answered> = {}): Answered {
  return {
    ...{ id: 0, asked: { text: '', maxTokens: deltasMs.length }, sentMs: 0, connectMs: undefined },
    ...{ deltasMs, endMs: deltasMs.at(-1) ?? 0, text: '', responseId: undefined },
    usage: { inputTokens: 100, outputTokens: deltasMs.length },
    ...{ finishReason: 'length', httpStatus: undefined, failure: undefined, ...more },
  };
}

const every = (fromMs: number, gapMs: number, count: number) =>
  Array.from({ length: count }, (_, index) => fromMs + index * gapMs);

test('a decode step is that of the time in which all streams are under way', () => {
  const alone = [0, 5, 10];
  const seen = decodeSeen('', [
    answered([...alone, ...every(20, 10, 20)]),
    answered([...every(20, 10, 20), 300, 400]),
  ]);
  // Until the first one ends, at 210: 19 steps of 10 ms, whose rows attend to 100 + 3 + 10 and 100 + 10 tokens.
  expect(seen).toMatchObject({ rows: 2, ms: 10, steps: 19, contextTokens: 223 });
});

test('streams that were never all under way say nothing of a step, and tokens without text still count', () => {
  const apart = [answered(every(0, 10, 20)), answered(every(500, 10, 20))];
  expect(decodeSeen('', apart)).toBeUndefined();
  const everyOther = answered(every(0, 20, 20), { usage: { inputTokens: 100, outputTokens: 39 } });
  expect(decodeSeen('', [everyOther])).toMatchObject({ ms: 10, steps: 38 });
});

test('a prompt beside a stream is seen by the gaps that it makes', () => {
  const stream = answered([0, 10, 20, 30, 90, 150, 170, 180, 190, 200]);
  const prompt = answered([170], { sentMs: 25, usage: { inputTokens: 5000 } });
  const beside = { answered: prompt, streams: [stream] };
  expect(mixedSeen('', beside)).toMatchObject({ rows: 1, ms: 150, steps: 4, inputTokens: 5000 });
  expect(stallsOf(beside)).toBe(2);
});

test('by its stalls, between which bounds the tokens of a step lie, and what is likely there', () => {
  const found = budgetOf(15_000, 8);
  expect(found.low).toBeLessThanOrEqual(2048);
  expect(found.high).toBeGreaterThanOrEqual(2048);
  expect(likelyBudgets(found)).toEqual([2048]);
  expect(likelyBudgets({ value: undefined, low: 1400, high: 1600, how: 'probed' })).toEqual([1536]);
  expect(budgetOf(15_000, 1)).toMatchObject({ high: Infinity });
});

test('requests that wait until one of the others ends are beyond a limit; those that came late are not', () => {
  const running = [answered(every(0, 10, 30)), answered(every(0, 10, 30))];
  expect(maxSeqsOf([...running, answered(every(300, 10, 30))])).toMatchObject({ value: 2 });
  const late = answered(every(295, 10, 30));
  expect(maxSeqsOf([...running, answered(every(270, 10, 30)), late])).toMatchObject({
    ...{ value: undefined, low: 3, high: Infinity },
  });
});

test('constants are found of noisy probes, within their intervals', () => {
  const { outside, constants } = noisyFit(profileOf({ gpu: PLAIN }), 2048, 1);
  expect(outside).toEqual([]);
  expect(constants.estimates.tokenUs!.value).toBeCloseTo(23.5, 0);
  expect(constants.stepping.name).toBe('in turn');
});

test('steps that are launched while others run are told from those that follow in turn', () => {
  const truth = {
    ...{
      ...profileOf({ gpu: PLAIN }),
      attentionLaunchMs: 0,
      hostMs: 0,
      apiMs: 6,
      eagerLaunchMs: 14,
    },
    ...{ asyncScheduling: true, graphSizes: [1, 2, 4, 8, 16, 24, 32, 64, 128, 256] },
  };
  const constants = constantsOf(designs(truth, 2048), [2048]);
  expect(constants.stepping.name).toBe('pipelined');
  expect(outsideOf(constants, truth)).toEqual([]);
});

test('what was found is a profile that the engine reads, with the settings of the server', async () => {
  const engine = {
    ...{ gpu: PLAIN, blocks: 400, maxSeqs: 2, maxModelTokens: 2048 },
    offload: { preset: 'vllm' as const, cpu: { blocks: 900, readGBps: 20, latencyMs: 1 } },
  };
  const { probed } = await calibrated({ engine, budgetMs: 12_000, streams: 4 });
  const load = loadCost(probed.tier!, () => 0);
  const constants = profileConstants(probed, load);
  const file = profileJson(probed, constants, {
    ...{ date: '2026-11-28T00:00:00Z', confab: '0', server: 'there', version: '1', digest: 'd' },
    requests: 3,
  });
  const dir = mkdtempSync(join(tmpdir(), 'confab-calibrate-'));
  try {
    writeFileSync(join(dir, 'engine.json'), JSON.stringify(file));
    const profile = readProfile(join(dir, 'engine.json'));
    expect(profile).toMatchObject({
      ...{ blocks: 400, kvBytesPerToken: 131_072 },
      engine: { blockTokens: 16, prefixCaching: true, maxSeqs: 2, maxModelTokens: 2048 },
      calibration: { by: 'probes', server: 'there', version: '1', requests: 3 },
    });
    expect(profile.engine!.offload!.cpu!.blocks).toBeGreaterThanOrEqual(900);
    expect(profile.calibration!.intervals['tokenUs']![0]).toBeLessThan(profile.tokenUs);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
