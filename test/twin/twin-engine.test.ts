import { expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { toldOf } from '../../src/calibrate/run-engine.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { drawable, standingIn } from '../../src/twin/twin-engine.ts';
import { PRESSED, recorded } from './recorded.ts';

const PAGE = `vllm:cache_config_info{block_size="32",num_gpu_blocks="2600",kv_offloading_size="32.0"} 1\n`;
const NOTHING = { engine: {}, says: [] };

async function withPage(text: string): Promise<Run> {
  const run = await recorded({ ...PRESSED, stop: { afterSec: 0.5 } });
  const page = { atMs: 0, text };
  const pages = { first: page, last: page, between: [] };
  return { ...run, parts: run.parts.map((part) => ({ ...part, enginePages: pages as never })) };
}

test('what the server told of its size, its twin has', async () => {
  const told = toldOf(await withPage(PAGE));
  expect(told.engine).toMatchObject({ blocks: 2600, blockTokens: 32, offload: { preset: 'vllm' } });
  expect(told.says).toEqual(['2600 blocks of 32 tokens', '32 GiB of host memory below them']);
  const plain = parseScenario({ ...PRESSED, engine: {} });
  const { engine } = standingIn(plain, { gpu: 'h100', settings: [] }, told);
  expect(engine).toMatchObject({ gpu: 'h100', blocks: 2600, blockTokens: 32 });
  expect(engine.offload.cpu!.capacityGB).toBeCloseTo(34.36, 2);
});

test('what the scenario says beyond its defaults wins over that, and settings over all', async () => {
  const told = toldOf(await withPage(PAGE));
  const scenario = parseScenario({ ...PRESSED, engine: { blocks: 300, maxSeqs: 8, gpu: 'a6000' } });
  const one = standingIn(scenario, { gpu: 'h100', settings: [] }, told).engine;
  expect(one).toMatchObject({ gpu: 'h100', blocks: 300, maxSeqs: 8, blockTokens: 32 });
  const settings = ['engine.blocks=400'];
  expect(standingIn(scenario, { gpu: 'h100', settings }, told).engine.blocks).toBe(400);
});

test('an old default in a journal says nothing', () => {
  const scenario = parseScenario({ ...PRESSED, engine: { apiMs: 14 } });
  const of = (apiMs: number) => {
    const said = { ...scenario, engine: { ...scenario.engine, apiMs } };
    return standingIn(said, { gpu: 'a100', settings: [] }, NOTHING).engine.apiMs;
  };
  expect(of(14)).toBeUndefined();
  expect(of(9)).toBe(9);
});

test('a setting that no engine has is refused', () => {
  const scenario = parseScenario(PRESSED);
  expect(() =>
    standingIn(scenario, { gpu: 'a100', settings: ['engine.block=3'] }, NOTHING),
  ).toThrow(UsageError);
});

test('what is set in the engine is not drawn, nor what no profile has', () => {
  const scenario = parseScenario({ ...PRESSED, engine: { blocks: 300 } });
  const { engine } = standingIn(scenario, { gpu: 'a100', settings: ['engine.hostMs=1'] }, NOTHING);
  const one = [1, 2] as const;
  const intervals = { blocks: one, hostMs: one, weightsMs: one, apiMs: one, sunshine: one };
  expect(drawable(intervals, { ...scenario, engine })).toEqual({ weightsMs: one, apiMs: one });
});
