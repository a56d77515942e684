import { expect, test } from 'vitest';
import type { Limit } from '../../src/calibrate/probe/limits.ts';
import { profileOf } from '../../src/engine/cost/profile-of.ts';
import { PLAIN } from '../support/plain.ts';
import { calibrated } from './rig.ts';
import { outsideOf } from './truth.ts';

// Engines of many shapes, each calibrated in virtual time; what is found beside what it is.

const GPUS = ['rtx4090', 'rtxpro6000', 'a6000', 'a100', PLAIN] as const;
const SHAPES = Number(process.env['SHAPES'] ?? 60);

test(`of ${SHAPES} engines, nearly all constants lie within their intervals`, async () => {
  let [all, outside] = [0, 0];
  const wrong: string[] = [];
  for (let i = 0; i < SHAPES; i++) {
    const prefixCaching = i % 7 !== 3;
    const engine = {
      gpu: GPUS[i % 5]!,
      blockTokens: [16, 32][i % 2]!,
      maxBatchedTokens: [512, 2048, 8192][i % 3]!,
      maxSeqs: [8, 64, 256][(i >> 1) % 3]!,
      prefixCaching,
      blocks: [1300, 2600, 8000][(i >> 2) % 3]!,
      maxModelTokens: [8192, 16_384, 131_072][(i >> 1) % 3]!,
      ...(i % 4 === 1 && prefixCaching
        ? { offload: { preset: 'vllm' as const, cpu: { capacityGB: 32 } } }
        : {}),
    };
    // One in six does not tell anything of itself.
    const isSilent = i % 6 === 5;
    const { probed, tookMs } = await calibrated({
      engine,
      ...(isSilent && { seen: (target) => ({ ...target, scrape: async () => undefined }) }),
    });
    const { limits, constants } = probed;
    const out = outsideOf(constants, profileOf(engine));
    const isTold = (name: string, limit: Limit | undefined, truth: number) =>
      !limit || (limit.low <= truth && truth <= limit.high)
        ? []
        : [`${name} ${JSON.stringify(limit)} for ${truth}`];
    const said = [
      ...isTold('maxBatchedTokens', limits.maxBatchedTokens, engine.maxBatchedTokens),
      ...isTold('maxSeqs', limits.maxSeqs, engine.maxSeqs),
      ...isTold('blockTokens', limits.blockTokens, engine.blockTokens),
      ...isTold('blocks', limits.blocks, engine.blocks),
    ];
    all += Object.keys(constants.estimates).length;
    outside += out.length;
    wrong.push(...said);
    console.log(`${i} ${JSON.stringify(engine)} ${(tookMs / 1000).toFixed(0)} s`, ...out, ...said);
  }
  console.log(`${all - outside} of ${all} constants within, ${wrong.length} settings wrong`);
  expect(outside / all).toBeLessThan(0.02);
  expect(wrong).toEqual([]);
});
