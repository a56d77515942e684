import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { profiles } from '../../src/engine/cost/profiles.ts';
import { sectionsText } from '../../src/report/render/text.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/schema.ts';
import { withGaps } from '../../src/sizing/gaps.ts';
import type { SizeSettings } from '../../src/sizing/option.ts';
import { sized } from '../../src/sizing/size.ts';
import { sizeSections } from '../../src/sizing/text.ts';
import { TIERS } from '../../src/sizing/tiers.ts';
import type { JobResult } from '../../src/sweep/play-point.ts';
import type { Surroundings } from '../../src/sweep/running.ts';

const scenario = parseScenario(
  {
    target: { url: 'embedded' },
    conversation: { text: 'hi', userHistory: { tokens: 400 }, rounds: 3 },
    population: { arrivals: { process: 'constant', usersPerSec: 1 }, users: 8 },
    pacing: { pauseSec: 5 },
    engine: { gpu: 'rtx4090' },
  },
  'test',
);

/** Plays nothing: TTFT is 100 ms, times `needGB` over what there is. `chance` makes seeds differ. */
function around(needGB: number, chance: boolean): Surroundings & { played: string[] } {
  const played: string[] = [];
  const play = async (job: { text: string; scenario: Scenario }): Promise<JobResult> => {
    played.push(job.text);
    const { engine, seed } = job.scenario;
    const gb = engine.kvGB ?? engine.offload.cpu?.capacityGB ?? TIERS.gpu.hasGB(job.scenario);
    const noise = chance ? 1 + 0.02 * Math.sin(String(seed).length * played.length) : 1;
    const value = (100 * needGB * noise) / gb;
    return {
      ...{ dir: 'x', outcome: 'ok', completed: 8, failed: 0, nextUserId: 0 },
      readings: { 'ttftMs.p95': { value } },
      estimates: [{ kind: 'ratio', y: Math.log(value / 100), se: 0.02 }],
      exceeded: value > 100 ? ['ttft'] : [],
    };
  };
  return {
    played,
    lanes: { count: 1, play, close: async () => {} },
    ledger: {
      ...{ dir: 'x', find: () => undefined, add() {} },
      ...{ isEmpty: () => true, nextUserId: () => 0 },
    },
    say: () => {},
    told: () => {},
    isInterrupted: () => false,
  };
}

const settings: SizeSettings = {
  ...{ scenario, prices: { gpu: 300 }, precision: 0.05, repeatsMax: 6, runsMax: 40 },
  ...{ paysShare: 0.005, cardsMax: 4, dir: join('x', 'size') },
};

describe('a size', () => {
  test('is the fewest GB that keep the limit, with its interval and its price', async () => {
    const { options, seedless } = await sized(settings, around(0.2, true));
    expect(seedless).toEqual([]);
    expect(options.map(({ gaps, answer }) => [gaps, answer])).toEqual([
      ['periodic', 'found'],
      ['random', 'found'],
    ]);
    for (const { gb, interval95, price } of options) {
      expect(gb).toBeGreaterThan(0.19);
      expect(gb).toBeLessThan(0.21);
      expect(interval95![0]).toBeLessThanOrEqual(gb!);
      expect(interval95![1]).toBeGreaterThanOrEqual(gb!);
      expect(price).toBeCloseTo(300 * gb!);
    }
  });

  test('is one run where no seed changes anything, and lies where bisection ended', async () => {
    const { options, seedless } = await sized(settings, around(0.2, false));
    expect(seedless).toEqual(['periodic', 'random']);
    const { gb, interval95, runs } = options[0]!;
    expect(gb).toBe(interval95![1]);
    expect(interval95![0]).toBeLessThan(0.2);
    expect(gb).toBeGreaterThanOrEqual(0.2);
    expect(gb! / interval95![0]).toBeLessThan(1.06);
    // The search may come to the size that was played first, and no size again.
    expect(new Set(runs.slice(1).map((run) => run.gb)).size).toBe(runs.length - 1);
  });

  test('that no size keeps is refused with the best there is', async () => {
    const result = await sized(settings, around(1e6, false));
    expect(result.options.map(({ answer }) => answer)).toEqual(['unmet', 'unmet']);
    const text = sectionsText(
      sizeSections({ settings, sized: result, limits: ['l'], measures: ['ttftMs.p95'] }),
    );
    expect(text).toMatch(/GPU, periodic gaps: no size meets it\. With [\d.]+ GB/);
    expect(text.replace(/\s+/g, ' ')).toMatch(/all there is to keep is [\d.]+ GB: ttftMs\.p95/);
  });

  test('that is beyond is not known where every size that was played is within', async () => {
    const { options } = await sized({ ...settings, runsMax: 3 }, around(1e-9, false));
    for (const { answer, gb, runs } of options) {
      expect(answer).toBe('anything');
      expect(gb).toBeCloseTo(Math.min(...runs.map((run) => run.gb)), 6);
    }
  });

  test('of DRAM counts what the GPU has in its price', async () => {
    const both = { ...settings, prices: { dram: 5, gpu: 300 } };
    const { options } = await sized(both, around(0.2, false));
    const { gb, price } = options.find(({ tier }) => tier === 'dram')!;
    expect(price).toBeCloseTo(5 * gb! + 300 * TIERS.gpu.hasGB(scenario));
  });
});

test('gaps keep their mean, and are those of the scenario to choose', () => {
  expect(withGaps(scenario, 'periodic').pacing.pauseSec).toBe(5);
  expect(withGaps(scenario, 'random').pacing.pauseSec).toEqual({
    distribution: 'exponential',
    mean: 5,
  });
  const none = { ...scenario, pacing: { ...scenario.pacing, pauseSec: 0 } };
  expect(() => withGaps(none, 'random')).toThrow(/pacing\.pauseSec: found 0; expected/);
  const traced = { ...scenario, pacing: { ...scenario.pacing, mode: 'trace' as const } };
  expect(() => withGaps(traced, 'periodic')).toThrow(/pacing\.mode: found trace/);
});

describe('cards and GB together', () => {
  /** TTFT is 300 ms of one card, shared by the number of cards, and less with DRAM: 200 ms for each 0.1 GB. */
  function withCards(): Surroundings {
    const plain = around(1, false);
    const play = async (job: { text: string; scenario: Scenario }): Promise<JobResult> => {
      const { replicas, offload } = job.scenario.engine;
      const gb = offload.cpu?.capacityGB ?? 0;
      const value = Math.max(10, (300 - 2000 * gb) / replicas.count);
      return {
        ...{ dir: 'x', outcome: 'ok', completed: 8, failed: 0, nextUserId: 0 },
        readings: { 'ttftMs.p95': { value } },
        estimates: [{ kind: 'ratio', y: Math.log(value / 100), se: 0.02 }],
        exceeded: value > 100 ? ['ttft'] : [],
      };
    };
    return { ...plain, lanes: { count: 1, play, close: async () => {} } };
  }

  test('the fewest cards that are enough, and what one more brings', async () => {
    const asked = { ...settings, prices: { card: 7 }, repeatsMax: 2 };
    const { purchases } = await sized(asked, withCards());
    const periodic = purchases.filter(({ gaps }) => gaps === 'periodic');
    expect(periodic.map(({ cards, price }) => [cards, price])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, 21],
      [4, 28],
    ]);
  });

  test('the cheapest of cards and GB, and nothing that alone would be dearer', async () => {
    const asked = { ...settings, prices: { card: 7, dram: 1 }, precision: 0.2, repeatsMax: 2 };
    const { purchases } = await sized(asked, withCards());
    const periodic = purchases.filter(({ gaps }) => gaps === 'periodic');
    const priced = periodic.filter(({ price }) => price !== undefined);
    expect(Math.max(...periodic.map(({ cards }) => cards))).toBe(1);
    expect(priced).toHaveLength(1);
    expect(priced[0]!.gb.dram).toBeGreaterThanOrEqual(0.1);
    expect(priced[0]!.price).toBeCloseTo(7 + priced[0]!.gb.dram!);
    const shown = { settings: asked, limits: ['ttft.p95 < 100'], measures: [] };
    const result = await sized(asked, withCards());
    expect(sectionsText(sizeSections({ ...shown, sized: result }))).toContain(
      'periodic gaps: the cheapest is 1 card with',
    );
  });

  test('of cards that hold the model together, an engine is as many', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'confab-'));
    const gpu = join(dir, 'two.json');
    const { hostMs, ...a100 } = profiles['a100']!;
    const two = { ...a100, hostMs, tensorParallel: 2, allReduceMs: 1 };
    writeFileSync(gpu, JSON.stringify(two));
    const engine = { ...scenario.engine, gpu };
    const asked = {
      ...{ ...settings, scenario: { ...scenario, engine }, prices: { card: 7 } },
      ...{ repeatsMax: 2, cardsMax: 8 },
    };
    const result = await sized(asked, withCards());
    rmSync(dir, { recursive: true });
    const periodic = result.purchases.filter(({ gaps }) => gaps === 'periodic');
    expect(periodic.map(({ cards, price }) => [cards, price])).toEqual([
      [2, undefined],
      [4, undefined],
      [6, 42],
      [8, 56],
    ]);
  });

  /** As much TTFT as GB are missing of 0.4, where a GB of DRAM counts half. */
  function withBoth(): Surroundings {
    const plain = around(1, false);
    const play = async (job: { text: string; scenario: Scenario }): Promise<JobResult> => {
      const { offload, replicas } = job.scenario.engine;
      const gb = TIERS.gpu.hasGB(job.scenario) + (offload.cpu?.capacityGB ?? 0) / 2;
      const value = 40 / (gb * replicas.count);
      return {
        ...{ dir: 'x', outcome: 'ok', completed: 8, failed: 0, nextUserId: 0 },
        readings: { 'ttftMs.p95': { value } },
        estimates: [{ kind: 'ratio', y: Math.log(value / 100), se: 0.02 }],
        exceeded: value > 100 ? ['ttft'] : [],
      };
    };
    return { ...plain, lanes: { count: 1, play, close: async () => {} } };
  }

  test.each([
    ['without cards', { dram: 1, gpu: 10 }, [75, 50, 25, 12, 6, 3]],
    // DRAM beside what the card has is cheaper than the larger ones.
    ['beside a card', { dram: 1, gpu: 10, card: 1 }, [25, 12, 6, 3]],
  ])('both tiers at once, %s: less of the GPU while that is cheaper', async (_, prices, played) => {
    const small = { ...scenario, engine: { ...scenario.engine, kvGB: 0.1 } };
    const asked = { ...settings, scenario: small, prices, precision: 0.1, cardsMax: 1 };
    const result = await sized(asked, withBoth());
    const mixes = result.purchases.filter(
      ({ gaps, gb, tier }) =>
        gaps === 'periodic' && tier === 'dram' && gb.gpu !== TIERS.gpu.hasGB(small),
    );
    const alone = result.options.find(({ tier }) => tier === 'gpu')!.gb!;
    const shares = mixes.map(({ gb }) => Math.round((100 * gb.gpu!) / alone));
    expect(shares).toEqual(played);
    for (const { gb, price } of mixes) {
      expect(gb.gpu! + gb.dram! / 2).toBeGreaterThanOrEqual(0.4);
      expect(price).toBeCloseTo(10 * gb.gpu! + gb.dram! + ('card' in prices ? 1 : 0));
    }
    const least = Math.min(...result.purchases.flatMap(({ price }) => price ?? []));
    const text = sectionsText(
      sizeSections({ settings: asked, sized: result, limits: ['l'], measures: [] }),
    );
    expect(least).toBe(mixes.at(-1)!.price);
    expect(text.replace(/\s+/g, ' ')).toMatch(
      'card' in prices
        ? /periodic gaps: the cheapest is 1 card with [\d.]+ GB of DRAM and [\d.]+ GB of GPU each/
        : /periodic gaps: the cheapest mix is [\d.]+ GB of DRAM and [\d.]+ GB of GPU, for/,
    );
  });
});
