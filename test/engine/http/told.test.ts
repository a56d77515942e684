import { expect, test } from 'vitest';
import { requestMetricsJson, sglExtJson, usageJson } from '../../../src/engine/http/told.ts';
import { storageOf } from '../../../src/engine/kv/storage.ts';
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
  preemptions: 0,
  times: { queuedMs: 100, scheduledMs: 130, firstTokenMs: 210, lastTokenMs: 250 },
};

const tier = { capacityGB: 10 };

const silent = { reportCached: false, reportTiers: false };

test('usage says what was cached, how many were reasoning, and asked for it where from', () => {
  const counts = { prompt_tokens: 1000, total_tokens: 1005, completion_tokens: 5 };
  const reasoning = { completion_tokens_details: { reasoning_tokens: 2 } };
  expect(usageJson([end], { ...silent, reportCached: true })).toEqual({
    ...{ ...counts, ...reasoning },
    prompt_tokens_details: { cached_tokens: 700 },
  });
  expect(usageJson([end], { reportCached: true, reportTiers: true })).toEqual({
    ...{ ...counts, ...reasoning },
    prompt_tokens_details: {
      cached_tokens: 700,
      local_cached_tokens: 400,
      external_cached_tokens: 300,
      computed_tokens: 300,
    },
  });
});

test('usage leaves out what is not reported, and reasoning that there was not', () => {
  const usage = usageJson([{ ...end, reasoningTokens: 0 }], silent);
  expect(usage).toEqual({ prompt_tokens: 1000, total_tokens: 1005, completion_tokens: 5 });
});

test.each([
  // block -> whole blocks of 1000 tokens that were not among the 700 found
  [16, 292],
  [300, 200],
  [1000, 300],
  [1024, 0],
])('of a prompt in blocks of %d it wrote %d tokens to the cache', (createdBlockTokens, created) => {
  const telling = { ...silent, reportCached: true, createdBlockTokens };
  expect(usageJson([end], telling).prompt_tokens_details).toMatchObject({
    created_cache_tokens: created,
  });
});

test('usage of several answers counts each prompt once, and tells the cached tokens of one', () => {
  const other = { ...end, promptTokens: 50, cachedTokens: 16 };
  const usage = usageJson(
    [end, end, other, other],
    { ...silent, reportCached: true },
    {
      ...{ prompts: [end, other], cached: other },
    },
  );
  expect(usage).toMatchObject({
    ...{ prompt_tokens: 1050, completion_tokens: 20, total_tokens: 1070 },
    prompt_tokens_details: { cached_tokens: 16 },
  });
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
