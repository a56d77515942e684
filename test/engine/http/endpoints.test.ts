import { describe, expect, test } from 'vitest';
import {
  chat,
  closeServers,
  complete,
  engine,
  json,
  PATIENCE,
  post,
  start,
} from '../../support/engine-server.ts';

closeServers();

const long = { ...chat, max_tokens: 20, min_tokens: 20 };

describe("SGLang's /flush_cache", () => {
  test.each(['POST', 'GET'])('by %s empties the cache when nothing runs', async (method) => {
    const url = await start({ blockTokens: 1 });
    await complete(chat);
    const response = await fetch(`${url}/flush_cache`, { method });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^Cache flushed\.\n/);
    const again = await json(complete(chat));
    expect(again.usage.prompt_tokens_details.cached_tokens).toBe(0);
  });

  test('is refused while a request runs, and the cache stays', async () => {
    const url = await start({ blockTokens: 1 });
    await complete(chat);
    const running = complete(long);
    await expect.poll(() => engine.stats.running, PATIENCE).toBe(1);
    expect((await post(`${url}/flush_cache`, '')).status).toBe(400);
    await running;
    const again = await json(complete(chat));
    expect(again.usage.prompt_tokens_details.cached_tokens).toBe(6);
  });
});

test('/ping and /health say that it lives, and /load how many requests it has', async () => {
  const url = await start();
  expect((await fetch(`${url}/ping`)).status).toBe(200);
  expect((await post(`${url}/ping`, '')).status).toBe(200);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  const load = async () => (await fetch(`${url}/load`)).json();
  expect(await load()).toEqual({ server_load: 0 });
  const running = complete(long);
  await expect.poll(load, PATIENCE).toEqual({ server_load: 1 });
  await running;
});

describe('/tokenize and /detokenize', () => {
  interface Tokens {
    readonly tokens: number[];
    readonly count: number;
  }
  const tokenize = async (url: string, body: unknown) =>
    (await (await post(`${url}/tokenize`, body)).json()) as Tokens;

  test('of a chat are the tokens that its completion counts and takes', async () => {
    const url = await start({ blocks: 101, blockTokens: 1 });
    const told = await tokenize(url, chat);
    expect(told).toEqual({
      count: 7,
      max_model_len: 100,
      tokens: expect.any(Array),
      token_strs: null,
    });
    await complete(chat);
    const body = { prompt: told.tokens, max_tokens: 1 };
    const completion = await json(post(`${url}/v1/completions`, body));
    expect(completion.usage).toMatchObject({
      prompt_tokens: 7,
      prompt_tokens_details: { cached_tokens: 6 },
    });
  });

  test('of a text are each other, and of a chat the text that its template makes', async () => {
    const url = await start();
    const { tokens } = await tokenize(url, { prompt: 'Hello there, you' });
    expect(await json(post(`${url}/detokenize`, { tokens }))).toEqual({
      prompt: 'Hello there, you',
    });
    const ofChat = await tokenize(url, { ...chat, return_token_strs: true });
    expect(ofChat).toMatchObject({
      token_strs: [
        '<|im_start|>',
        'user',
        'Hello',
        ' there',
        '<|im_end|>',
        '<|im_start|>',
        'assistant',
      ],
    });
    expect(await json(post(`${url}/detokenize`, ofChat))).toEqual({
      prompt: '<|im_start|>userHello there<|im_end|><|im_start|>assistant',
    });
  });

  test('of a text spell its pieces, and a chat need not ask for an answer', async () => {
    const url = await start();
    const all = await tokenize(url, chat);
    const silent = await tokenize(url, { ...chat, add_generation_prompt: false });
    expect(silent.tokens).toEqual(all.tokens.slice(0, -2));
    const open = { ...chat, add_generation_prompt: false, continue_final_message: true };
    expect((await tokenize(url, open)).tokens).toEqual(all.tokens.slice(0, -3));
  });

  test('pass over ids that are none', async () => {
    const url = await start();
    const told = await json(post(`${url}/detokenize`, { tokens: [-5, 2 ** 30] }));
    expect(told).toEqual({ prompt: '' });
  });

  test.each<[string, string, unknown, number, RegExp]>([
    [
      '/tokenize',
      'neither chat nor text',
      {},
      400,
      /^2 validation errors:\n.*body\.prompt.*\n.*body\.messages/,
    ],
    ['/tokenize', 'another model', { ...chat, model: 'x' }, 404, /does not exist/],
    ['/detokenize', 'no ids', { tokens: ['a'] }, 400, /'loc': 'body\.tokens\.0'/],
    ['/detokenize', 'no JSON', '{', 400, /enclosed in double quotes/],
  ])('%s of %s is refused', async (path, _, body, code, message) => {
    const url = await start();
    const response = await post(`${url}${path}`, body);
    expect(response.status).toBe(code);
    expect((await json(response)).error).toMatchObject({ message: expect.stringMatching(message) });
  });
});
