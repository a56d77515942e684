import { expect, test } from 'vitest';
import { offloadSchema } from '../../../src/scenario/offload.ts';
import {
  closeServers,
  complete,
  json,
  metric,
  post,
  server,
  start,
} from '../../support/engine-server.ts';

closeServers();

const offload = offloadSchema.parse({ preset: 'vllm', cpu: { capacityGB: 4 } });

function asking(words: number, more: object = {}) {
  const content = Array.from({ length: words }, (_, i) => `word${'abcdefgh'[i % 8]}`).join(' ');
  return { messages: [{ role: 'user', content }], max_tokens: 2, min_tokens: 2, ...more };
}

async function cachedOf(body: object) {
  const { usage, sglext } = (await json(complete(body))) as never as {
    usage: { prompt_tokens_details: object };
    sglext?: object;
  };
  return { ...usage.prompt_tokens_details, ...sglext };
}

test('tiers: what the GPU forgot comes from the host, and the response says so as vLLM and SGLang do', async () => {
  await start({ offload, reportTiers: true });
  const body = asking(400, { return_cached_tokens_details: true });
  expect(await cachedOf(body)).toMatchObject({ cached_tokens: 0 });
  expect(await cachedOf(body)).toMatchObject({ external_cached_tokens: 0 });
  await post(`${server!.url}/reset_prefix_cache`, '');
  const found = await cachedOf(body);
  const { external_cached_tokens: external } = found as never as { external_cached_tokens: number };
  expect(external).toBeGreaterThan(300);
  expect(found).toMatchObject({
    cached_tokens: external,
    local_cached_tokens: 0,
    cached_tokens_details: { device: 0, host: external },
  });
  expect(await metric('external_prefix_cache_hits_total')).toBe(external);
});

test.each([
  ['POST', '/reset_prefix_cache?reset_connector=true'],
  ['POST', '/flush_cache'],
  ['GET', '/flush_cache'],
])('%s %s forgets the tiers as well', async (method, path) => {
  await start({ offload, reportTiers: true });
  await cachedOf(asking(400));
  expect((await fetch(`${server!.url}${path}`, { method })).status).toBe(200);
  expect(await cachedOf(asking(400))).toMatchObject({ cached_tokens: 0 });
});

test('replicas: /metrics has every engine, under one head', async () => {
  await start({ replicas: { count: 3, routing: 'roundRobin' } });
  for (let i = 0; i < 5; i++) await complete(asking(10));
  const text = await (await fetch(`${server!.url}/metrics`)).text();
  const started = [
    ...text.matchAll(/^vllm:e2e_request_latency_seconds_count\{.*engine="(\d)".*\} (\d)\.0$/gm),
  ];
  expect(started.map(([, engine, count]) => [engine, count])).toEqual([
    ['0', '2'],
    ['1', '2'],
    ['2', '1'],
  ]);
  const heads = text.split('\n').filter((line) => line.startsWith('# TYPE'));
  expect(new Set(heads).size).toBe(heads.length);
});

test('replicas: a session stays where it is, by its header or by the user of the body', async () => {
  await start({ replicas: { count: 8, routing: 'session' } });
  for (const [body, headers] of [
    [asking(100), { 'x-session-id': 'one' }],
    [asking(200, { user: 'two' }), {}],
  ] as const) {
    await complete(body, headers);
    const { usage } = await json(complete(body, headers));
    expect(usage.prompt_tokens_details.cached_tokens).toBeGreaterThan(80);
  }
});
