import { expect, test } from 'vitest';
import {
  requestMetricsJson,
  sglExtJson,
  storageOf,
  usageJson,
} from '../../../src/engine/http/told.ts';
import type { EngineEnd } from '../../../src/engine/serving.ts';
import { optionsOf } from '../../support/engine-rig.ts';

const end: EngineEnd = {
  finishReason: 'length',
  promptTokens: 1000,
  cachedTokens: 700,
  hostTokens: 200,
  storageTokens: 100,
  outputTokens: 5,
  reasoningTokens: 2,
  times: { queuedMs: 100, scheduledMs: 130, firstTokenMs: 210, lastTokenMs: 250 },
};

const tier = { capacityGB: 10 };

test('usage says where the prompt tokens came from, and how many of the answer were reasoning', () => {
  expect(usageJson(end, optionsOf())).toEqual({
    prompt_tokens: 1000,
    total_tokens: 1005,
    completion_tokens: 5,
    prompt_tokens_details: {
      cached_tokens: 700,
      local_cached_tokens: 400,
      external_cached_tokens: 300,
      computed_tokens: 300,
    },
    completion_tokens_details: { reasoning_tokens: 2 },
  });
});

test('usage leaves out what is not reported, and reasoning that there was not', () => {
  const usage = usageJson({ ...end, reasoningTokens: 0 }, optionsOf({ reportCached: false }));
  expect(usage).toEqual({ prompt_tokens: 1000, total_tokens: 1005, completion_tokens: 5 });
});

test('request metrics count from scheduled, and leave the queue out of the first token', () => {
  expect(requestMetricsJson(end)).toEqual({
    time_to_first_token_ms: 80,
    generation_time_ms: 40,
    queue_time_ms: 30,
    mean_itl_ms: 10,
    tokens_per_second: (5 / 120) * 1000,
  });
});

test('what a single token leaves undefined is null', () => {
  const times = { queuedMs: 0, scheduledMs: 10, firstTokenMs: 10, lastTokenMs: 10 };
  expect(requestMetricsJson({ ...end, outputTokens: 1, times })).toMatchObject({
    generation_time_ms: 0,
    mean_itl_ms: null,
    tokens_per_second: null,
  });
});

test("SGLang's details name storage only where there is some", () => {
  expect(sglExtJson(end, 'disk').cached_tokens_details).toEqual({
    ...{ device: 400, host: 200, storage: 100, storage_backend: 'disk' },
  });
  expect(sglExtJson({ ...end, storageTokens: 0 }, undefined).cached_tokens_details).toEqual({
    ...{ device: 500, host: 200 },
  });
});

test.each([
  // what tiers there are -> storage
  [
    'the first that is not the host',
    { preset: 'vllm', cpu: tier, disk: tier, remote: tier },
    'disk',
  ],
  ['none with the host alone', { preset: 'vllm', cpu: tier }, undefined],
  ['none where preset none makes no tiers', { preset: 'none', disk: tier }, undefined],
] as const)('storage is %s', (_, offload, storage) => {
  expect(storageOf(optionsOf({ offload }))).toBe(storage);
});
