import { beforeAll, describe, expect, test } from 'vitest';
import { survivalOf } from '../../src/capacity/survival.ts';
import { survivalFigures } from '../../src/capacity/survival-figures.ts';
import { survivalSections } from '../../src/capacity/survival-sections.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { sectionsText } from '../../src/report/render/text.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { played } from './engines.ts';

const BLOCKS = 900;

function scenario(pauseSec: NonNullable<ScenarioInput['pacing']>['pauseSec']): ScenarioInput {
  return {
    name: 'survival',
    target: { url: 'embedded' },
    conversation: {
      systemPrompt: { tokens: 100 },
      userHistory: { tokens: 1000 },
      rounds: 5,
      answer: { tokens: 20, force: true },
    },
    pacing: { mode: 'think', pauseSec },
    population: { arrivals: { process: 'poisson', usersPerSec: 0.3 }, users: 40 },
    engine: { gpu: 'h100', blocks: BLOCKS + 1 },
  };
}

describe('what survives in a cache under LRU', () => {
  let run: Run;
  beforeAll(async () => {
    run = await played(scenario({ distribution: 'lognormal', mean: 15, cv: 2 }));
  });

  test('is less, the longer a conversation was away', () => {
    const { byGap, returns, hits, isConstant } = survivalOf(run);
    expect(isConstant).toBe(false);
    expect(returns).toBe(160);
    expect(hits).toBeGreaterThan(0);
    expect(byGap.reduce((sum, bin) => sum + bin.returns, 0)).toBe(returns);
    expect(byGap[0]!.share).toBe(1);
    expect(byGap.at(-1)!.share).toBe(0);
    for (const { share, interval95 } of byGap) {
      expect(interval95[0]).toBeLessThan(share + 1e-9);
      expect(interval95[1]).toBeGreaterThan(share - 1e-9);
    }
  });

  test('is all within the capacity that the hits show, and nothing beyond it', () => {
    const { byDistance, capacityBlocks, capacityFrom } = survivalOf(run);
    expect(capacityFrom).toBe('hits');
    expect(Math.abs(capacityBlocks! / BLOCKS - 1)).toBeLessThan(0.05);
    const below = byDistance.filter(({ to }) => to <= BLOCKS);
    const above = byDistance.filter(({ from }) => from >= 1.2 * BLOCKS);
    expect(below.length).toBeGreaterThan(1);
    expect(above.length).toBeGreaterThan(0);
    for (const { share } of below) expect(share).toBe(1);
    for (const { share } of above) expect(share).toBe(0);
  });

  test('is what an LRU cache of that size is expected to have', () => {
    const { byGap } = survivalOf(run, { capacityBlocks: BLOCKS });
    for (const { share, lruShare, returns } of byGap) {
      expect(Math.abs(share - lruShare!) * returns).toBeLessThan(1.5);
    }
  });

  test('is compared with a time to live where one is given', () => {
    const { byGap } = survivalOf(run, { ttlMs: 5000 });
    for (const { from, to, ttlShare } of byGap) {
      if (to <= 5) expect(ttlShare).toBe(1);
      if (from >= 5) expect(ttlShare).toBe(0);
    }
    expect(
      survivalFigures(survivalOf(run, { ttlMs: 5000 }))[0]!.series.map(({ name }) => name),
    ).toContain('TTL of 5 s');
  });
});

test('gaps that are all the same are said to show nothing, and what would', async () => {
  const survival = survivalOf(await played(scenario(4)));
  expect(survival.isConstant).toBe(true);
  const text = sectionsText(survivalSections(survival, 'one'), 80);
  expect(text).toContain('only one can be seen');
  expect(text).toContain('lognormal');
});

test('conversations of one round come back to nothing', async () => {
  const input = scenario(4);
  const survival = survivalOf(
    await played({ ...input, conversation: { ...input.conversation, rounds: 1 } }),
  );
  expect(survival.returns).toBe(0);
  expect(sectionsText(survivalSections(survival, 'one'), 80)).toContain('nothing to see');
  expect(survivalFigures(survival)).toEqual([]);
});
