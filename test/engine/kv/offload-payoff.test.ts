import { expect, test } from 'vitest';
import { profiles } from '../../../src/engine/cost/profiles.ts';
import { offloadSchema } from '../../../src/scenario/offload.ts';
import { Bench, privateTokens } from '../../support/engine-rig.ts';

/** As a server has it that compiles what it launches, and hides the rest: kernels and copies alone. */
function kernelsOf(gpu: string) {
  const host = { eagerLaunchMs: 0, storeTokenUs: 0, promptTokenUs: 0, firstChunkMs: 0 };
  return { ...profiles[gpu]!, ...host };
}

/** Time to the first token of a prompt that is in host memory, or that must be computed. */
function firstTokenMs(gpu: string, tokens: number, readGBps: number | undefined): number {
  const offload = offloadSchema.parse(
    readGBps === undefined ? {} : { preset: 'vllm', cpu: { capacityGB: 200, readGBps } },
  );
  const options = { apiMs: 0, blocks: 20_000, maxBatchedTokens: 8192, offload };
  const bench = new Bench(options, [], kernelsOf(gpu));
  const asking = { promptTokens: Int32Array.from(privateTokens(1, tokens)), maxTokens: 1 };
  bench.ask(asking);
  bench.engine.resetPrefixCache();
  const startMs = bench.clock.now();
  return bench.ask(asking).atMs[0]! - startMs;
}

/** The bandwidth at which loading is as fast as computing. */
function breakEvenGBps(gpu: string, tokens: number): number {
  const computedMs = firstTokenMs(gpu, tokens, undefined);
  let [low, high] = [0.1, 100];
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (firstTokenMs(gpu, tokens, middle) > computedMs) low = middle;
    else high = middle;
  }
  return low;
}

// Design note B.4: 131072 bytes a token over the time that its linear layers take. The step that computes the
// last token reads the weights either way, and attention makes computing a little dearer.
test.each([
  ['h100', 6],
  ['a100', 1.9],
  ['rtx4090', 1.4],
])('%s: loading pays above about %d GB/s', (gpu, expected) => {
  const found = breakEvenGBps(gpu, 4096);
  expect(found).toBeGreaterThan(0.85 * expected);
  expect(found).toBeLessThan(1.15 * expected);
});

// vLLM's blog on its offloading connector: a single request's TTFT from host memory is 2 to 22 times shorter on an
// H100, the more so the longer the prompt.
test('h100: from host memory the first token comes 2 to 22 times sooner, the more so the longer the prompt', () => {
  const gains = [1000, 4000, 16_000, 64_000].map(
    (tokens) => firstTokenMs('h100', tokens, undefined) / firstTokenMs('h100', tokens, 50),
  );
  expect(gains).toEqual(gains.toSorted((a, b) => a - b));
  expect(gains[0]!).toBeGreaterThan(2);
  expect(gains.at(-1)!).toBeGreaterThan(18);
  expect(gains.at(-1)!).toBeLessThan(25);
});

test('h100: prompts of 512 tokens from host memory go through up to 9 times as fast', () => {
  const offload = offloadSchema.parse({ preset: 'vllm', cpu: { capacityGB: 200, readGBps: 50 } });
  const options = { apiMs: 0, maxBatchedTokens: 8192, offload };
  const bench = new Bench(options, [], kernelsOf('h100'));
  const allMs = (): number => {
    const startMs = bench.clock.now();
    for (let user = 0; user < 500; user++) {
      const promptTokens = Int32Array.from(privateTokens(user, 512));
      bench.submit({ promptTokens, maxTokens: 1 });
    }
    bench.clock.run();
    return bench.clock.now() - startMs;
  };
  const computedMs = allMs();
  bench.engine.resetPrefixCache();
  const loadedMs = allMs();
  expect(computedMs / loadedMs).toBeGreaterThan(5);
  expect(computedMs / loadedMs).toBeLessThan(10);
});
