import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { type LoggingServer, startLoggingServer } from '../support/logging-server.ts';

let server: LoggingServer;
beforeAll(async () => {
  server = await startLoggingServer();
});
afterAll(() => server.close());

/** What arrives while `args` runs; runs are one after the other, so requests are told apart by order. */
async function sentBy(args: readonly string[], env: Record<string, string> = {}) {
  const before = server.requests.length;
  const ended = await confab(args, { env });
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return server.requests.slice(before);
}

/** One user and two rounds at once, of production-stack's script. */
const one = (...more: string[]) => [
  ...['multi-round-qa', '--num-users', '1', '--num-rounds', '2', '--qps', '50', '--time', '0.05'],
  ...['--answer-len', '9', '--shared-system-prompt', '3', '--user-history-prompt', '4'],
  ...['--no-ramp-up', '--no-warmup', '--text', 'hi', '--strict-concurrent-users', ...more],
];
const scenario = (...sets: string[]) => [
  ...['run', '/dev/null', '--url', server.url, '--users', '1'],
  ...['conversation.rounds=2', 'conversation.text=hi', 'pacing.pauseSec=0', ...sets].flatMap(
    (set) => ['--set', set],
  ),
];

describe('M-14 headers', () => {
  test('M-14 x-user-id is sent, and any other header, whatever is in its value', async () => {
    const sent = await sentBy(
      one(
        ...['--base-url', server.url, '--request-with-user-id', '--init-user-id', '41'],
        ...['--header', 'X-Colon: http://h:1/a=b', '--header', 'X-Equals=k=v: w'],
        ...['--header', 'X-Tight:1'],
      ),
    );
    expect(sent.length).toBeGreaterThan(0);
    expect(sent[0]!.headers).toMatchObject({
      'x-user-id': '42',
      'x-colon': 'http://h:1/a=b',
      'x-equals': 'k=v: w',
      'x-tight': '1',
    });
    expect(sent[0]!.headers['authorization']).toBeUndefined();
  });

  test('M-14 --no-request-with-user-id sends none', async () => {
    const sent = await sentBy(one('--base-url', server.url, '--no-request-with-user-id'));
    expect(sent.length).toBeGreaterThan(0);
    for (const { headers } of sent) expect(headers).not.toHaveProperty('x-user-id');
  });

  test('M-14 a session header of any name, the same in all turns of a conversation', async () => {
    const sent = await sentBy(
      scenario('target.sessionHeaders=[X-Session-ID, x-user-id]', 'target.headers.X-Tenant="a: b"'),
    );
    expect(sent.map(({ headers }) => headers['x-session-id'])).toEqual(['1', '1']);
    expect(sent.map(({ headers }) => headers['x-user-id'])).toEqual(['1', '1']);
    expect(sent[0]!.headers).toMatchObject({ 'x-tenant': 'a: b', 'x-more': 'c' });
  });
});

describe('M-15 API key and base URL', () => {
  test.each(['', '/', '/v1', '/v1/'])('M-15 base URL ending in "%s"', async (ending) => {
    const isKeyInFlag = ending.includes('v1');
    const sent = await sentBy(
      one('--base-url', server.url + ending, ...(isKeyInFlag ? ['--api-key', 'flag-key'] : [])),
      { OPENAI_API_KEY: 'environment-key' },
    );
    expect(sent.length).toBeGreaterThan(0);
    for (const { path, headers } of sent) {
      expect(path).toBe('/v1/chat/completions');
      expect(headers['authorization']).toBe(
        `Bearer ${isKeyInFlag ? 'flag-key' : 'environment-key'}`,
      );
    }
  });
});

describe('M-16, M-17, M-18 bodies', () => {
  test('M-16 M-18 the chat API as the dialect asks for it', async () => {
    const [first] = await sentBy(
      one('--base-url', server.url, '--model', 'some/model', '--ignore_eos'),
    );
    expect(first!.path).toBe('/v1/chat/completions');
    const { messages, ...rest } = first!.body;
    expect(rest).toEqual({
      model: 'some/model',
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0,
      ignore_eos: true,
      max_tokens: 9,
      min_tokens: 9,
    });
    expect(messages).toHaveLength(1);
  });

  test('M-16 the completions API gets the conversation as one text', async () => {
    const sent = await sentBy([
      ...scenario('target.api=completions', 'conversation.question.text="Question {turn}?"'),
    ]);
    expect(sent.map(({ path }) => path)).toEqual(['/v1/completions', '/v1/completions']);
    const before = "Hi, here's some system prompt: .For user 1, here are some other context: .";
    expect(sent[0]!.body).not.toHaveProperty('messages');
    expect(sent[0]!.body.prompt).toBe(`USER: ${before}Question 1?\nASSISTANT:`);
    const answer = `answer ${sent[0]!.index} word1 word2`;
    expect(sent[1]!.body.prompt).toBe(
      `USER: ${before}Question 1?\nASSISTANT: ${answer}\nUSER: Question 2?\nASSISTANT:`,
    );
  });

  test.each(['chat', 'completions'])('M-17 without streaming, %s API', async (api) => {
    const sent = await sentBy(one('--base-url', server.url, '--no-stream', '--api', api));
    expect(sent.length).toBeGreaterThan(0);
    for (const { body } of sent) {
      expect(body.stream).toBe(false);
      expect(body).not.toHaveProperty('stream_options');
    }
  });

  test('M-18 sampling and any other field', async () => {
    const sent = await sentBy(
      scenario(
        'sampling={temperature: 0.7, topP: 0.9, seed: 5, stop: ["END"], cacheSalt: "salt-{userId}"}',
        'conversation.answer={tokens: 12, force: true}',
        'target.body={priority: 3, chat_template_kwargs: {enable_thinking: false}}',
      ),
    );
    expect(sent).toHaveLength(2);
    for (const { body } of sent) {
      expect(body).toMatchObject({
        model: 'mock',
        temperature: 0.7,
        top_p: 0.9,
        seed: 5,
        stop: ['END'],
        cache_salt: 'salt-1',
        max_tokens: 12,
        min_tokens: 12,
        ignore_eos: true,
        priority: 3,
        chat_template_kwargs: { enable_thinking: false },
      });
    }
  });

  test('M-18 without --ignore-eos the length is a limit only', async () => {
    const [first] = await sentBy(one('--base-url', server.url));
    expect(first!.body.max_tokens).toBe(9);
    expect(first!.body).not.toHaveProperty('min_tokens');
    expect(first!.body).not.toHaveProperty('ignore_eos');
  });
});

describe('M-11 the hi text', () => {
  test("M-11 is upstream's byte for byte, in the first round and the next", async () => {
    const sent = await sentBy(
      scenario(
        'conversation.systemPrompt.tokens=3',
        'conversation.userHistory.tokens=4',
        'population.firstUserId=42',
      ),
    );
    const question = (number: number) =>
      `Here's question #${number}: can you tell me a new long story with a happy ending?`;
    const first = `Hi, here's some system prompt: hi hi hi.For user 42, here are some other context: hi hi hi hi.${question(1)}`;
    expect(sent[0]!.body.messages).toEqual([{ role: 'user', content: first }]);
    expect(sent[1]!.body.messages).toEqual([
      { role: 'user', content: first },
      { role: 'assistant', content: `answer ${sent[0]!.index} word1 word2` },
      { role: 'user', content: question(2) },
    ]);
  });

  test("M-11 M-26 the dialect's first message and its warm-up", async () => {
    const args = one('--base-url', server.url, '--init-user-id', '6').filter(
      (arg) => arg !== '--no-warmup',
    );
    const sent = await sentBy(args);
    expect(sent.slice(0, 10).map(({ body }) => body.messages.length)).toEqual(Array(10).fill(1));
    const warmupIds = sent.slice(0, 10).map(({ headers }) => headers['x-user-id']);
    expect(new Set(warmupIds).size).toBe(10);
    expect(warmupIds).not.toContain('7');
    expect(sent[10]!.headers['x-user-id']).toBe('7');
    expect(sent[10]!.body.messages[0].content).toBe(
      "Hi, here's some system prompt: hi hi hi.For user 7, here are some other context: hi hi hi hi.Here's question #1: can you tell me a new long story with a happy ending?",
    );
  });

  test('M-11 the fork numbers its questions from 0', async () => {
    const [first] = await sentBy([
      ...['multi-round-qa', '--user-lag', '0', '--num-rounds', '1', '--qps', '20', '--time', '0.1'],
      ...['--max-output-len', '5', '--shared-system-prompt', '1', '--user-history-prompt', '1'],
      ...['--text', 'hi', '--base-url', server.url],
    ]);
    expect(first!.body.messages[0].content).toContain(".Here's question #0: can you");
  });
});
