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
  server,
  start,
  streamed,
} from '../../support/engine-server.ts';

closeServers();

interface Choice {
  readonly index: number;
  readonly text: string;
  readonly message: { readonly content: string };
  readonly delta: { readonly role?: string; readonly content?: string };
  readonly finish_reason: string | null;
  readonly stop_reason: string | number | null;
  readonly logprobs: never;
}

async function choicesOf(response: Promise<Response>): Promise<readonly Choice[]> {
  return (await json(response)).choices as unknown as Choice[];
}

const completed = (body: object) => post(`${server!.url}/v1/completions`, body);

async function chunksOf(response: Promise<Response>) {
  const data = await events(await response);
  return data.slice(0, -1).map((one) => JSON.parse(one));
}

describe('several answers', () => {
  test('are other words, stream side by side, and count their prompt once', async () => {
    await start();
    const body = { ...chat, n: 3, temperature: 1 };
    const whole = await choicesOf(complete(body));
    const texts = whole.map(({ message }) => message.content);
    expect(new Set(texts).size).toBe(3);
    expect(texts[0]).toBe((await choicesOf(complete(chat)))[0]!.message.content);

    const all = await chunksOf(complete({ ...streamed, ...body }));
    const choices: Choice[] = all.flatMap((chunk) => chunk.choices);
    expect(choices.slice(0, 3).map(({ index, delta }) => [index, delta.role])).toEqual(
      [0, 1, 2].map((index) => [index, 'assistant']),
    );
    const streamedTexts = [0, 1, 2].map((wanted) =>
      choices
        .filter(({ index }) => index === wanted)
        .map(({ delta }) => delta.content)
        .join(''),
    );
    expect(streamedTexts).toEqual(texts);
    expect(all.at(-1).usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 9 });
    expect(all.at(-1)).not.toHaveProperty('metrics');
    expect(await metric('request_params_n_sum')).toBe(3 + 1 + 3);
    expect(await metric('request_params_n_count')).toBe(3);
  });

  test('of several prompts are counted through', async () => {
    await start();
    const prompt = [[5, 6, 7], [8]];
    const answer = await json(completed({ prompt, n: 2, max_tokens: 2, ignore_eos: true }));
    expect(answer.choices.map((one) => (one as never as Choice).index)).toEqual([0, 1, 2, 3]);
    expect(answer.usage).toMatchObject({ prompt_tokens: 4, completion_tokens: 8 });
  });

  test('end in the engine when the client goes away', async () => {
    await start();
    const aborter = new AbortController();
    const response = await fetch(`${server!.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...streamed, n: 3, max_tokens: 90_000, min_tokens: 90_000 }),
      signal: aborter.signal,
    });
    await response.body!.getReader().read();
    expect(engine.stats.running).toBe(3);
    aborter.abort();
    await expect.poll(() => engine.stats.running, PATIENCE).toBe(0);
    expect(engine.stats.cancelled).toBe(3);
  });
});

describe('a stop', () => {
  const long = { ...chat, max_tokens: 8, min_tokens: 0, ignore_eos: true };
  const textOf = async (body: object) => (await choicesOf(complete(body)))[0]!;

  test('ends the answer before it, and what might become one is held back', async () => {
    await start();
    const words = (await textOf(long)).message.content.split(' ').slice(1);
    const stop = `${words[3]!.slice(1)} ${words[4]!.slice(0, 1)}`;
    const cut = await textOf({ ...long, stop });
    const said = ` ${words.slice(0, 3).join(' ')} ${words[3]!.slice(0, 1)}`;
    expect(cut).toMatchObject({ finish_reason: 'stop', stop_reason: stop });
    expect(cut.message.content).toBe(said);
    const chunks = await chunksOf(complete({ ...long, stop, stream: true }));
    const deltas = chunks.map(({ choices }) => choices[0].delta.content);
    expect(deltas.join('')).toBe(said);
    expect(chunks.at(-1).choices[0]).toMatchObject({ finish_reason: 'stop', stop_reason: stop });
    const kept = await textOf({ ...long, stop: [stop], include_stop_str_in_output: true });
    expect(kept.message.content).toBe(said + stop);
  });

  test('by a token leaves that out, and does not come before min_tokens', async () => {
    await start();
    const { choices, ...rest } = await json(complete({ ...long, return_token_ids: true }));
    const { token_ids: ids } = choices[0] as never as { token_ids: number[] };
    expect(rest.usage).toMatchObject({ completion_tokens: 8 });
    const at = await textOf({ ...long, stop_token_ids: [ids[2]!] });
    expect(at).toMatchObject({ finish_reason: 'stop', stop_reason: ids[2] });
    expect(at.message.content.trim().split(' ')).toHaveLength(ids.indexOf(ids[2]!));
    const later = await textOf({ ...long, stop_token_ids: [ids[0]!], min_tokens: 8 });
    expect(later.message.content.trim().split(' ').length).toBeGreaterThan(6);
  });
});

test('every chunk has the usage so far where that is asked for', async () => {
  await start();
  const stream_options = { include_usage: true, continuous_usage_stats: true };
  const all = await chunksOf(complete({ ...streamed, stream_options }));
  const counts = all.map(({ usage }) => [usage.prompt_tokens, usage.completion_tokens]);
  expect(counts).toEqual([0, 1, 2, 3, 3].map((count) => [7, count]));
});

describe('probabilities', () => {
  test('are alike for all words, of which a chat tells so many', async () => {
    await start();
    const [{ logprobs, message }] = (await choicesOf(
      complete({ ...chat, logprobs: true, top_logprobs: 2 }),
    )) as never as [{ logprobs: { content: Logprob[] }; message: { content: string } }];
    const tokens = logprobs.content.map(({ token }) => token);
    expect(tokens.join('')).toBe(message.content);
    for (const { logprob, token, bytes, top_logprobs: top } of logprobs.content) {
      expect(logprob).toBeCloseTo(-Math.log(engine.words.length), 12);
      expect(Buffer.from(bytes).toString()).toBe(token);
      expect(top.map((one) => one.logprob)).toEqual([logprob, logprob]);
      expect(top[0]!.token).toBe(token);
    }
  });

  test('of an echo have the prompt before them, of which nothing was drawn', async () => {
    await start();
    const body = { prompt: 'Hello there', max_tokens: 2, echo: true, logprobs: 1 };
    const [choice] = (await choicesOf(completed({ ...body, ignore_eos: true }))) as never as [
      {
        text: string;
        logprobs: { tokens: string[]; text_offset: number[]; token_logprobs: (number | null)[] };
      },
    ];
    const { tokens, text_offset: offsets, token_logprobs: values } = choice.logprobs;
    expect(choice.text).toBe(tokens.join(''));
    expect(tokens.slice(0, 2)).toEqual(['Hello', ' there']);
    expect(values.map((value) => value === null)).toEqual([true, true, false, false]);
    expect(offsets).toEqual(tokens.map((_, i) => tokens.slice(0, i).join('').length));
    const only = await choicesOf(completed({ ...body, max_tokens: 0 }));
    expect(only[0]!.text).toBe('Hello there');
  });
});

interface Logprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: number[];
  readonly top_logprobs: readonly Omit<Logprob, 'top_logprobs'>[];
}
