import { describe, expect, test } from 'vitest';
import { readUsage } from '../../../src/transport/answer/usage.ts';
import { read } from '../reading.ts';

const event = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`;
const text = event({ choices: [{ delta: { content: 'a' } }] });
const done = 'data: [DONE]\n\n';

/** The end of an answer with these usages, each in a chunk of its own. */
function endWith(...usages: unknown[]) {
  return read([text, ...usages.map((usage) => event({ choices: [], usage })), done]).end;
}

test.each(
  Object.entries({
    inputTokens: ['prompt_tokens', 'input_tokens', 'prompt_eval_count'],
    outputTokens: ['completion_tokens', 'output_tokens', 'eval_count'],
    cachedTokens: [
      ...['prompt_tokens_details.cached_tokens', 'input_tokens_details.cached_tokens'],
      ...['prompt_cache_hit_tokens', 'cache_read_input_tokens', 'cached_tokens'],
      'num_cached_tokens',
    ],
    createdCacheTokens: [
      ...['created_cache_tokens', 'cache_write_tokens', 'cache_creation_tokens'].map(
        (name) => `prompt_tokens_details.${name}`,
      ),
      'cache_creation_input_tokens',
    ],
    localCachedTokens: ['prompt_tokens_details.local_cached_tokens'],
    externalCachedTokens: ['prompt_tokens_details.external_cached_tokens'],
    reasoningTokens: [
      ...['completion_tokens_details.reasoning_tokens', 'output_tokens_details.reasoning_tokens'],
      'reasoning_tokens',
    ],
  }).flatMap(([count, paths]) => paths.map((path) => [path, count] as const)),
)('usage.%s alone is %s', (path, count) => {
  const usage = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), 3);
  expect(endWith(usage)?.usage).toEqual({ [count]: 3 });
});

test('a thousand million tokens are a count, and one more is none', () => {
  expect(endWith({ prompt_tokens: 1e9 })?.usage).toEqual({ inputTokens: 1e9 });
  expect(endWith({ prompt_tokens: 1e9 + 1 })).toEqual({
    ...{ usage: undefined, finishReason: undefined },
    remarks: ['usage is no number of tokens: prompt_tokens 1000000001'],
  });
});

describe('cached tokens have many names', () => {
  test.each([
    ['OpenAI, vLLM', { prompt_tokens_details: { cached_tokens: 64 } }, { cachedTokens: 64 }],
    [
      'DeepSeek',
      { prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      { cachedTokens: 64 },
    ],
    ['Moonshot', { cached_tokens: 64 }, { cachedTokens: 64 }],
    [
      'Anthropic through a gateway',
      { cache_read_input_tokens: 64, cache_creation_input_tokens: 30 },
      { cachedTokens: 64, createdCacheTokens: 30 },
    ],
    [
      'vLLM, with what it put into the cache',
      { prompt_tokens_details: { cached_tokens: 64, created_cache_tokens: 32 } },
      { cachedTokens: 64, createdCacheTokens: 32 },
    ],
  ])('%s', (_, usage, counts) => {
    expect(endWith({ prompt_tokens: 100, completion_tokens: 1, ...usage })?.usage).toEqual({
      ...{ inputTokens: 100, outputTokens: 1 },
      ...counts,
    });
  });

  test("Anthropic's own input leaves out what the cache gave and took", () => {
    const plain = { input_tokens: 6, output_tokens: 1 };
    expect(endWith({ ...plain, cache_creation_input_tokens: 30 })?.usage).toEqual({
      ...{ inputTokens: 36, outputTokens: 1, createdCacheTokens: 30 },
    });
    const usage = { ...plain, cache_read_input_tokens: 64 };
    expect(endWith(usage)?.usage).toMatchObject({ inputTokens: 70, cachedTokens: 64 });
    expect(endWith({ ...usage, cache_creation_input_tokens: 30 })?.usage).toEqual({
      ...{ inputTokens: 100, outputTokens: 1, cachedTokens: 64, createdCacheTokens: 30 },
    });
  });
});

test.each([
  ['in the choice, as Moonshot has it', { choices: [{ delta: {}, usage: { prompt_tokens: 9 } }] }],
  ["in Groq's own field", { choices: [{ delta: {} }], x_groq: { usage: { prompt_tokens: 9 } } }],
])('usage is found %s', (_, body) => {
  expect(read([text, event(body), done]).end?.usage).toEqual({ inputTokens: 9 });
});

test("all of vLLM's metrics of the request are kept", () => {
  const metrics = {
    time_to_first_token_ms: 40.1,
    generation_time_ms: 201.6,
    queue_time_ms: 0.02,
    mean_itl_ms: 67.2,
    tokens_per_second: 16.5,
    speculative_decoding: { num_drafts: 3, acceptance_rate: 0.5, per_position: [1], note: 'x' },
  };
  expect(
    read([text, event({ choices: [], usage: { prompt_tokens: 9 }, metrics }), done]).end,
  ).toEqual({
    finishReason: undefined,
    usage: {
      ...{ inputTokens: 9, queueMs: 0.02, prefillMs: 40.1, generationMs: 201.6, meanItlMs: 67.2 },
      ...{ tokensPerSec: 16.5, speculativeDecoding: { num_drafts: 3, acceptance_rate: 0.5 } },
    },
  });
});

describe('only whole numbers from 0 are counts', () => {
  test.each([
    [10.5, '10.5'],
    [-3, '-3'],
    [1e308, '1e+308'],
    [2 ** 60, '1152921504606847000'],
    [5e9, '5000000000'],
    ['50', "'50'"],
    [true, 'true'],
    [{}, 'that is no number'],
  ])('%j is refused, and remarked', (count, shown) => {
    expect(endWith({ prompt_tokens: count, completion_tokens: 2 })).toEqual({
      finishReason: undefined,
      usage: { outputTokens: 2 },
      remarks: [`usage is no number of tokens: prompt_tokens ${shown}`],
    });
  });

  test('1e999, which JSON has and no number is', () => {
    const body = 'data: {"choices":[],"usage":{"prompt_tokens":1e999}}\n\n';
    expect(read([text, body, done]).end?.remarks).toEqual([
      'usage is no number of tokens: prompt_tokens Infinity',
    ]);
  });

  test('several are one remark', () => {
    expect(endWith({ prompt_tokens: -1, completion_tokens: 0.5 })?.remarks).toEqual([
      'usage is no number of tokens: prompt_tokens -1, completion_tokens 0.5',
    ]);
  });

  test('nothing is counted by an answer with text: not believed', () => {
    expect(endWith({ prompt_tokens: 0, completion_tokens: 0 })).toMatchObject({
      usage: undefined,
      remarks: ['usage counts nothing: inputTokens 0, outputTokens 0'],
    });
  });
});

describe('no part is larger than its whole', () => {
  test.each([
    [{ prompt_tokens_details: { cached_tokens: 640 } }, 'cachedTokens 640 of inputTokens 100'],
    [
      { prompt_tokens_details: { cached_tokens: 60, external_cached_tokens: 61 } },
      'externalCachedTokens 61 of cachedTokens 60',
    ],
    [{ completion_tokens_details: { reasoning_tokens: 9 } }, 'reasoningTokens 9 of outputTokens 5'],
  ])('%j', (usage, which) => {
    const end = endWith({ prompt_tokens: 100, completion_tokens: 5, ...usage });
    expect(end?.remarks).toEqual([`usage is more than its whole: ${which}`]);
    expect(Object.keys(end!.usage!)).not.toContain(which.split(' ')[0]);
  });

  test('also where part and whole come in chunks of their own', () => {
    const tiers = { choices: [], sglext: { cached_tokens_details: { device: 640, host: 0 } } };
    const usage = { choices: [], usage: { prompt_tokens: 100, completion_tokens: 1 } };
    expect(read([text, event(tiers), event(usage), done]).end?.usage?.cachedTokens).toBeUndefined();
  });
});

describe('usage that is told again', () => {
  const usage = (input: number, output: number) => ({
    prompt_tokens: input,
    completion_tokens: output,
  });

  test('counts as told last, and is remarked where it is another', () => {
    expect(endWith(usage(50, 8), usage(51, 9))).toMatchObject({
      usage: { inputTokens: 51, outputTokens: 9 },
      remarks: ['usage told twice: inputTokens 50, then 51, outputTokens 8, then 9'],
    });
  });

  test('may be the same', () => {
    expect(endWith(usage(50, 8), usage(50, 8))?.remarks).toBeUndefined();
  });

  const running = (input: number, output: number) =>
    event({ choices: [{ delta: { content: 'a' } }], usage: usage(input, output) });

  test('is a running total while the answer streams, from 0 on', () => {
    expect(read([running(0, 0), running(50, 1), running(50, 2), done]).end).toEqual({
      finishReason: undefined,
      usage: { inputTokens: 50, outputTokens: 2 },
    });
  });

  test('never falls: the largest total counts, and a 0 takes nothing back', () => {
    expect(read([running(50, 3), running(0, 2), done]).end).toMatchObject({
      usage: { inputTokens: 50, outputTokens: 3 },
      remarks: ['usage told twice: inputTokens 50, then 0, outputTokens 3, then 2'],
    });
  });
});

describe('of a count under several names', () => {
  const names = ['prompt_tokens', 'input_tokens', 'prompt_eval_count'];

  test('the first that is there counts; a null is not there', () => {
    for (const [first] of names.entries()) {
      const usage = Object.fromEntries(names.map((name, i) => [name, i < first ? null : i + 1]));
      expect(readUsage({ usage }, {})).toEqual({ usage: { inputTokens: first + 1 }, refused: [] });
    }
  });

  test('one that is no count does not give way to the next', () => {
    expect(readUsage({ usage: { prompt_tokens: -1, input_tokens: 5 } }, {})).toEqual({
      ...{ usage: {}, refused: ['prompt_tokens -1'] },
    });
    const cached = { prompt_tokens_details: { cached_tokens: 'x' }, cached_tokens: 5 };
    expect(readUsage({ usage: cached }, {})?.refused).toEqual(["cached_tokens 'x'"]);
  });

  test('a long text in its place is shown in part', () => {
    expect(readUsage({ usage: { prompt_tokens: 'x'.repeat(50) } }, {})?.refused).toEqual([
      `prompt_tokens '${'x'.repeat(20)}'`,
    ]);
  });
});

test("OpenAI's input is the whole prompt, though a gateway adds Anthropic's counts", () => {
  const cache = { cache_read_input_tokens: 4, cache_creation_input_tokens: 3 };
  expect(readUsage({ usage: { prompt_tokens: 9, ...cache } }, {})?.usage.inputTokens).toBe(9);
  expect(readUsage({ usage: { input_tokens: 2, ...cache } }, {})?.usage.inputTokens).toBe(9);
  expect(readUsage({ usage: cache }, {})?.usage).not.toHaveProperty('inputTokens');
});

describe("SGLang's tiers", () => {
  const told = (cached_tokens_details: object, usage?: object) =>
    readUsage({ sglext: { cached_tokens_details }, ...(usage && { usage }) }, {})?.usage;

  test.each([
    [
      { device: 1, host: 2, storage: 4 },
      { cachedTokens: 7, localCachedTokens: 1, externalCachedTokens: 6 },
      { hostCachedTokens: 2, storageCachedTokens: 4 },
    ],
    [
      { device: 1, host: 2 },
      { cachedTokens: 3, localCachedTokens: 1, externalCachedTokens: 2 },
      { hostCachedTokens: 2 },
    ],
    [
      { device: 0, host: 0, storage: 0 },
      { cachedTokens: 0, localCachedTokens: 0, externalCachedTokens: 0 },
      { hostCachedTokens: 0, storageCachedTokens: 0 },
    ],
    [{ device: 1 }, { cachedTokens: 1, localCachedTokens: 1 }, {}],
    [
      { host: 2, storage: 4 },
      { externalCachedTokens: 6 },
      { hostCachedTokens: 2, storageCachedTokens: 4 },
    ],
  ])('%j are summed up as far as they are told', (tiers, sums, own) => {
    expect(told(tiers)).toEqual({ ...sums, ...own });
  });

  test.each([{ storage: 4 }, { device: -1, storage: 4 }, { device: 'x', host: 0.5 }, {}])(
    '%j tell nothing',
    (tiers) => {
      expect(told(tiers)).toBeUndefined();
    },
  );

  test('fill in what the counts do not tell', () => {
    const counts = { prompt_tokens_details: { cached_tokens: 9 } };
    expect(told({ device: 1 }, counts)).toEqual({ cachedTokens: 9, localCachedTokens: 1 });
  });
});

describe("an engine's metrics of a request", () => {
  const told = (metrics: object) => readUsage({ metrics }, {})?.usage;

  test.each([
    [0, 0],
    [1e12, 1e12],
    [1e12 + 1, undefined],
    [-0.001, undefined],
    ['5', undefined],
    [null, undefined],
  ])('%j ms in the queue are %j', (queue_time_ms, queueMs) => {
    expect(told({ queue_time_ms })?.queueMs).toBe(queueMs);
  });

  test('of speculative decoding are kept as they were told: numbers alone, sixteen at most', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`n${i}`, i]));
    const { speculativeDecoding } = told({ speculative_decoding: { note: 'x', ...many } })!;
    expect(Object.keys(speculativeDecoding!)).toHaveLength(16);
    expect(speculativeDecoding).toMatchObject({ n0: 0, n15: 15 });
    expect(told({ speculative_decoding: { note: 'x' } })).toBeUndefined();
  });
});
