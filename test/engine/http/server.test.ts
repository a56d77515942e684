import { describe, expect, test } from 'vitest';
import {
  chat,
  closeServers,
  complete,
  engine,
  events,
  json,
  metric,
  PATIENCE,
  post,
  raw,
  server,
  start,
  streamed,
  watched,
} from '../../support/engine-server.ts';

closeServers();

describe('a stream', () => {
  test('has the chunks of vLLM: role, one a token, the reason, the usage, [DONE]', async () => {
    await start({ model: 'm', reportRequestMetrics: false });
    const response = await complete(streamed);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const data = await events(response);
    const head =
      /^{"id":"chatcmpl-[0-9a-f]{16}","object":"chat.completion.chunk","created":\d+,"model":"m","choices":\[/;
    for (const event of data.slice(0, -1)) expect(event).toMatch(head);
    const tails = data.map((event) => event.replace(head, ''));
    expect(tails[0]).toBe(
      '{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null,"prompt_text":null}',
    );
    for (const tail of tails.slice(1, 3)) {
      expect(tail).toMatch(
        /^{"index":0,"delta":{"content":" w[a-z]{2}"},"logprobs":null,"finish_reason":null,"token_ids":null}]}$/,
      );
    }
    expect(tails[3]).toMatch(
      /^{"index":0,"delta":{"content":" w[a-z]{2}"},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null}]}$/,
    );
    expect(tails[4]).toMatch(
      /^],"usage":{"prompt_tokens":7,"total_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":0,"created_cache_tokens":0}},"system_fingerprint":"confab-[^"]*"}$/,
    );
    expect(tails.slice(5)).toEqual(['[DONE]']);
  });

  test('sends its head before the first token', async () => {
    // Ten minutes a step: nobody waits for the token.
    await start({ hostMs: 600_000 });
    expect(await watched(streamed, () => true)).toBe('');
  });

  test('sends every token when it is there, in an event of its own', async () => {
    await start({ gpu: 'a6000' });
    // Half an hour of tokens: what is kept back would not come.
    const long = { ...streamed, max_tokens: 90_000, min_tokens: 90_000 };
    const tokensOf = (text: string) => text.match(/"content":" w[a-z]{2}"/g) ?? [];
    const text = await watched(long, (read) => tokensOf(read).length >= 3);
    const contents = text.split('\n\n').filter((event) => tokensOf(event).length > 0);
    expect(contents).toHaveLength(tokensOf(text).length);
  });

  test('has no usage that was not asked for', async () => {
    await start();
    const data = await events(await complete({ ...chat, stream: true }));
    expect(data.join()).not.toContain('usage');
    expect(data.at(-1)).toBe('[DONE]');
  });

  test('of completions has text instead of deltas', async () => {
    await start();
    const body = { prompt: 'Hello there', max_tokens: 2, ignore_eos: true, stream: true };
    const data = await events(await post(`${server!.url}/v1/completions`, body));
    const [first, last] = data.slice(0, -1).map((event) => JSON.parse(event));
    expect(first.object).toBe('text_completion');
    expect(first.choices[0].text).toMatch(/^ w/);
    expect(last.choices[0]).toMatchObject({
      text: expect.stringMatching(/^ w/),
      finish_reason: 'length',
    });
  });

  test.each([
    ['two requests sent at once on one connection', 'HTTP/1.1', 2],
    ['a client that knows no chunks', 'HTTP/1.0', 1],
  ])('is whole for %s', async (_, protocol, count) => {
    await start();
    const body = JSON.stringify({ ...streamed, max_tokens: 9, min_tokens: 9 });
    const head = `POST /v1/chat/completions ${protocol}\r\nHost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    const answer = await raw((head + body).repeat(count), `data: [DONE]`, count);
    expect(answer.match(/"content":" w[a-z]{2}"/g)).toHaveLength(9 * count);
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(count);
    expect(answer.includes('chunked')).toBe(protocol === 'HTTP/1.1');
  });

  test('ends in the engine when the client goes away', async () => {
    await start();
    const aborter = new AbortController();
    const response = await fetch(`${server!.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...streamed, max_tokens: 100_000, min_tokens: 100_000 }),
      signal: aborter.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    expect(await metric('num_requests_running')).toBe(1);
    aborter.abort();
    await expect.poll(() => engine.stats.running, PATIENCE).toBe(0);
    expect(engine.stats.kvUsage).toBe(0);
  });
});

describe('an answer without streaming', () => {
  test('is one document with the usage', async () => {
    await start({ model: 'm' });
    expect(await json(complete(chat))).toEqual({
      id: expect.stringMatching(/^chatcmpl-[0-9a-f]{16}$/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'm',
      choices: [
        {
          index: 0,
          message: {
            ...{ role: 'assistant', content: expect.stringMatching(/^( w[a-z]{2}){3}$/) },
            ...{ refusal: null, annotations: null, audio: null, function_call: null },
            reasoning: null,
          },
          logprobs: null,
          finish_reason: 'length',
          ...{ stop_reason: null, token_ids: null, routed_experts: null },
        },
      ],
      service_tier: null,
      system_fingerprint: expect.stringMatching(/^confab-.*-[0-9a-f]{8}$/),
      ...{ prompt_logprobs: null, prompt_token_ids: null, prompt_text: null },
      ...{ kv_transfer_params: null, ec_transfer_params: null },
      usage: {
        prompt_tokens: 7,
        total_tokens: 10,
        completion_tokens: 3,
        prompt_tokens_details: {
          ...{ cached_tokens: 0, created_cache_tokens: 0, multimodal_tokens: null },
        },
        completion_tokens_details: null,
      },
      metrics: {
        time_to_first_token_ms: expect.any(Number),
        generation_time_ms: expect.any(Number),
        queue_time_ms: expect.any(Number),
        mean_itl_ms: expect.any(Number),
        tokens_per_second: expect.any(Number),
        speculative_decoding: null,
      },
    });
  });

  test('is the same text as the stream, and cached_tokens is left out where it is not reported', async () => {
    await start({ reportCached: false });
    const whole = await json(complete(chat));
    const chunks = (await events(await complete(streamed)))
      .slice(0, -1)
      .map((one) => JSON.parse(one));
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(whole.choices[0].message.content).toBe(text);
    expect(whole.usage).toEqual({
      ...{ prompt_tokens: 7, total_tokens: 10, completion_tokens: 3 },
      ...{ prompt_tokens_details: null, completion_tokens_details: null },
    });
  });

  test('of completions takes token ids, and 16 tokens by default', async () => {
    await start();
    const url = `${server!.url}/v1/completions`;
    const answer = await json(post(url, { prompt: [5, 6, 7], ignore_eos: true }));
    expect(answer.choices[0].text).toMatch(/^( w[a-z]{2}){16}$/);
    expect(answer.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 16 });
  });
});

test('the history of a conversation is found in the cache, over HTTP as within', async () => {
  await start({ blockTokens: 1 });
  const first = await json(complete(chat));
  const messages = [...chat.messages, first.choices[0].message, { role: 'user', content: 'And' }];
  const second = await json(complete({ ...chat, messages }));
  expect(second.usage.prompt_tokens_details.cached_tokens).toBe(7 + 3 - 1);
  const salted = await json(complete({ ...chat, messages, cache_salt: 'x' }));
  expect(salted.usage.prompt_tokens_details.cached_tokens).toBe(0);
  expect(await metric('prefix_cache_hits_total')).toBe(9);
});

describe('the other endpoints', () => {
  test('name the model, the version, and health', async () => {
    const url = await start({ model: 'm', blocks: 101 });
    const models = await json(fetch(`${url}/v1/models`));
    expect(models.data).toMatchObject([{ id: 'm', object: 'model', max_model_len: 1600 }]);
    expect((await json(fetch(`${url}/version`))).version).toMatch(/^\d+\.\d+\.\d+/);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  test('metrics have the names and units of vLLM', async () => {
    const url = await start({ model: 'm', blocks: 1001 });
    await complete(chat);
    await (await complete(streamed)).text();
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const line of [
      'vllm:prompt_tokens_total{engine="0",model_name="m"} 14.0',
      'vllm:generation_tokens_total{engine="0",model_name="m"} 6.0',
      'vllm:prefix_cache_queries_total{engine="0",model_name="m"} 14.0',
      'vllm:request_success_total{engine="0",finished_reason="length",model_name="m"} 2.0',
      'vllm:time_to_first_token_seconds_count{engine="0",model_name="m"} 2.0',
      'vllm:inter_token_latency_seconds_count{engine="0",model_name="m"} 4.0',
      'vllm:request_time_per_output_token_seconds_count{engine="0",model_name="m"} 2.0',
      'vllm:e2e_request_latency_seconds_bucket{engine="0",le="0.3",model_name="m"} 2.0',
      'vllm:num_preemptions_total{engine="0",model_name="m"} 0.0',
      'vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.0',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toMatch(/cache_config_info\{.*block_size="16",.*num_gpu_blocks="1001",/);
  });

  test('the prefix cache is reset, unless it is in use', async () => {
    const url = await start({ blockTokens: 1 });
    await complete(chat);
    expect((await post(`${url}/reset_prefix_cache`, '')).status).toBe(200);
    const again = await json(complete(chat));
    expect(again.usage.prompt_tokens_details.cached_tokens).toBe(0);
    const running = complete({ ...chat, max_tokens: 20, min_tokens: 20 });
    await expect.poll(() => engine.stats.running, PATIENCE).toBe(1);
    // As vLLM does: nothing is reset, and nothing says so.
    expect((await post(`${url}/reset_prefix_cache`, '')).status).toBe(200);
    await running;
    const later = await json(complete(chat));
    expect(later.usage.prompt_tokens_details.cached_tokens).toBe(6);
  });
});
