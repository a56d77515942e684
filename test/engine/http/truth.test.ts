import { describe, expect, test } from 'vitest';
import {
  chat,
  closeServers,
  complete,
  events,
  json,
  post,
  server,
  start,
  streamed,
} from '../../support/engine-server.ts';

closeServers();

async function chunks(body: unknown): Promise<Record<string, never>[]> {
  const data = await events(await complete(body));
  return data.slice(0, -1).map((one) => JSON.parse(one));
}

describe('the metrics of a request', () => {
  test('are beside the usage in the last chunk, and fit together', async () => {
    await start();
    const last = (await chunks(streamed)).at(-1)! as unknown as {
      choices: unknown[];
      metrics: Record<string, number>;
    };
    expect(last.choices).toEqual([]);
    const { generation_time_ms, mean_itl_ms, time_to_first_token_ms, tokens_per_second } =
      last.metrics;
    expect(last.metrics['queue_time_ms']).toBeGreaterThanOrEqual(0);
    expect(time_to_first_token_ms).toBeGreaterThan(0);
    expect(mean_itl_ms).toBeCloseTo(generation_time_ms! / 2, 9);
    expect(tokens_per_second).toBeCloseTo(
      3000 / (time_to_first_token_ms! + generation_time_ms!),
      6,
    );
  });

  test('are not sent without the usage, nor where the engine does not report them', async () => {
    await start({ reportRequestMetrics: false });
    expect(await json(complete(chat))).toMatchObject({ metrics: null });
    expect(JSON.stringify(await chunks(streamed))).not.toContain('queue_time_ms');
    await server!.close();
    await start();
    expect(JSON.stringify(await chunks({ ...chat, stream: true }))).not.toContain('queue_time_ms');
  });
});

describe("SGLang's cached_tokens_details", () => {
  const asking = { return_cached_tokens_details: true };
  const details = { cached_tokens_details: { device: 0, host: 0 } };

  test('come in a chunk of their own before the usage', async () => {
    await start();
    const all = await chunks({ ...streamed, ...asking });
    expect(all.at(-2)).toMatchObject({ choices: [], sglext: details });
    expect(all.at(-1)).toHaveProperty('usage');
    const withoutUsage = await chunks({ ...chat, stream: true, ...asking });
    expect(withoutUsage.at(-1)).toMatchObject({ choices: [], sglext: details });
  });

  test('are at the top of an answer without streaming, and nowhere if not asked for', async () => {
    await start({ blockTokens: 1 });
    expect(await json(complete(chat))).not.toHaveProperty('sglext');
    expect(await json(complete({ ...chat, ...asking }))).toMatchObject({
      sglext: { cached_tokens_details: { device: 6, host: 0 } },
    });
  });
});

describe('token ids', () => {
  const asking = { return_token_ids: true };

  test('of a chat stream: the prompt in the first chunk, and each token in its own', async () => {
    const url = await start();
    const tokenized = (await json(post(`${url}/tokenize`, chat))) as unknown as {
      tokens: number[];
    };
    const [first, ...rest] = await chunks({ ...streamed, ...asking });
    expect(first).toMatchObject({ prompt_token_ids: tokenized.tokens });
    const whole = await json(complete({ ...chat, ...asking }));
    const ids = (rest as unknown as { choices: { token_ids?: number[] }[] }[]).flatMap(
      ({ choices }) => choices[0]?.token_ids ?? [],
    );
    expect(whole).toMatchObject({ prompt_token_ids: tokenized.tokens });
    expect(whole.choices[0]).toMatchObject({ token_ids: ids });
    expect(ids).toHaveLength(3);
  });

  test('of completions are in the choice', async () => {
    const url = await start();
    const body = { prompt: [5, 6, 7], max_tokens: 2, ignore_eos: true, ...asking };
    const whole = await json(post(`${url}/v1/completions`, body));
    expect(whole.choices[0]).toMatchObject({
      prompt_token_ids: [5, 6, 7],
      token_ids: [expect.any(Number), expect.any(Number)],
    });
    const data = await events(await post(`${url}/v1/completions`, { ...body, stream: true }));
    const [first, second] = data.slice(0, 2).map((one) => JSON.parse(one).choices[0]);
    expect(first.prompt_token_ids).toEqual([5, 6, 7]);
    expect(second.prompt_token_ids).toBeNull();
    expect([...first.token_ids, ...second.token_ids]).toEqual(
      (whole.choices[0] as unknown as { token_ids: number[] }).token_ids,
    );
  });

  test('are not sent unasked', async () => {
    await start();
    const all = JSON.stringify([await json(complete(chat)), await chunks(streamed)]);
    expect(all).not.toMatch(/token_ids":(?!null)/);
  });
});
