import { describe, expect, test } from 'vitest';
import { Refused } from '../../../src/calibrate/refused.ts';
import { profileOf } from '../../../src/engine/cost/profile-of.ts';
import { PLAIN } from '../../support/plain.ts';
import { calibrated, type Rig } from '../rig.ts';
import { outsideOf } from '../truth.ts';

/** Small and short: what is proved of many shapes by `npm run proof:calibrate` is seen here of two. */
const SMALL = { budgetMs: 12_000, streams: 8 };

test('of an engine that tells its settings every constant lies within its interval', async () => {
  const engine = {
    gpu: PLAIN,
    blocks: 600,
    maxSeqs: 4,
    maxBatchedTokens: 1024,
    maxModelTokens: 2048,
  };
  const { probed, tookMs } = await calibrated({ ...SMALL, engine });
  const { constants, limits, cache, tier, notes } = probed;
  expect(outsideOf(constants, profileOf({ gpu: PLAIN }))).toEqual([]);
  expect(constants.estimates.weightsMs!.high).toBeLessThan(7);
  expect(constants.stepping.name).toBe('in turn');
  expect(limits).toMatchObject({
    blocks: { value: 600, how: 'told' },
    blockTokens: { value: 16 },
    maxSeqs: { value: 4, how: 'probed' },
    maxBatchedTokens: { value: 1024 },
    maxModelTokens: { value: 2048 },
  });
  expect(cache).toMatchObject({ isCaching: true, isTold: true, blockTokens: 16 });
  expect(tier!.hasTier).toBe(false);
  expect(notes).toEqual([]);
  expect(tookMs).toBeLessThan(SMALL.budgetMs);
});

test('of one with a tier below the GPU, what a load takes and how much it holds', async () => {
  const engine = {
    ...{ gpu: PLAIN, blocks: 400, maxSeqs: 2, maxModelTokens: 2048 },
    offload: { preset: 'vllm' as const, cpu: { blocks: 900, readGBps: 20, latencyMs: 1 } },
  };
  const { probed } = await calibrated({ ...SMALL, engine, seen: silent });
  const { tier, limits } = probed;
  expect(tier!.hasTier).toBe(true);
  expect(tier!.loads.every(({ loadedTokens }) => loadedTokens! > 0)).toBe(true);
  expect(limits.blocks!.low).toBeLessThanOrEqual(400);
  expect(limits.blocks!.high).toBeGreaterThanOrEqual(400);
  expect(limits.tierBlocks!.low).toBeLessThanOrEqual(900);
  expect(limits.tierBlocks!.high).toBeGreaterThanOrEqual(900);
});

test('of one without a cache of prompts it says so', async () => {
  const engine = { gpu: PLAIN, maxSeqs: 4, maxModelTokens: 2048, prefixCaching: false };
  const { probed } = await calibrated({ ...SMALL, engine });
  expect(probed.cache.isCaching).toBe(false);
  expect(probed.tier).toBeUndefined();
});

describe('refused, with the reason', () => {
  const ENGINE = { gpu: PLAIN, maxSeqs: 4, maxModelTokens: 2048 };
  const refusal = (rig: Partial<Rig>) =>
    calibrated({ ...SMALL, engine: ENGINE, ...rig }).then(
      () => 'calibrated',
      (error: unknown) => (error instanceof Refused ? error.reasons.join() : String(error)),
    );

  test('is an engine of fixed latency', async () => {
    const engine = { ...ENGINE, fixed: { ttftMs: 30, tpotMs: 5 } };
    expect(await refusal({ engine })).toMatch(
      /after 30\.0 ms of a prompt of \d+ tokens and after 30\.0 ms/,
    );
  });

  test('is one that is busy', async () => {
    const page = 'vllm:num_requests_running{} 2\nvllm:num_requests_waiting{} 1\n';
    const seen: Rig['seen'] = (target) => ({ ...target, scrape: async () => page });
    expect(await refusal({ seen })).toMatch(/busy: .* 2 running and 1 waiting requests of others/);
  });

  test('is one that tells no tokens', async () => {
    expect(await refusal({ engine: { ...ENGINE, faults: ['no-usage@1'] } })).toMatch(/\(usage\)/);
  });

  test('is one that does not answer', async () => {
    expect(await refusal({ engine: { ...ENGINE, faults: ['status=503@1'] } })).toMatch(
      /not answered: .*503/,
    );
  });

  test('is one that has cached what nobody sent', async () => {
    const engine = { ...ENGINE, defects: { primed: 1 } };
    expect(await refusal({ engine })).toMatch(
      /of a prompt that nobody can have sent before were cached/,
    );
  });

  test('is one that somebody else uses meanwhile', async () => {
    let total = 0;
    const seen: Rig['seen'] = (target) => ({
      ...target,
      scrape: async () => `vllm:prompt_tokens_total{} ${(total += 1e7)}\n`,
    });
    expect(await refusal({ seen })).toMatch(
      /others used it meanwhile: it counted \d+ prompt tokens/,
    );
  });
});

function silent(target: Parameters<NonNullable<Rig['seen']>>[0]) {
  return { ...target, scrape: async () => undefined };
}
