import { expect, test, vi } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { Engine } from '../../src/engine/engine.ts';
import { PromptBuilder } from '../../src/engine/prompt/prompt-builder.ts';
import type { EngineOptions } from '../../src/scenario/engine.ts';
import { samplingSchema } from '../../src/scenario/target.ts';
import { type LocalOptions, localTransport } from '../../src/transport/local.ts';
import type { ChatRequest, ResponseObserver } from '../../src/transport/transport.ts';
import { Message } from '../../src/workload/message.ts';
import { optionsOf, words, wordTokenizer } from '../support/engine-rig.ts';

function world(engineOptions: Partial<EngineOptions> = {}, options: Partial<LocalOptions> = {}) {
  const clock = new VirtualClock();
  const engine = new Engine(clock, optionsOf(engineOptions), words);
  const transport = localTransport(engine, {
    prompts: new PromptBuilder(wordTokenizer()),
    api: 'chat',
    sampling: samplingSchema.parse({}),
    ...options,
  });
  return { clock, engine, transport };
}

function request(messages: Message[], overrides: Partial<ChatRequest> = {}): ChatRequest {
  return {
    userId: 1,
    sessionId: '1',
    turn: 0,
    messages,
    maxTokens: 4,
    minTokens: 4,
    cacheSalt: undefined,
    ...overrides,
  };
}

const hello = [new Message('user', 'Hello there')];

interface Heard {
  readonly events: string[];
  readonly times: number[];
  text: string;
}

function listener(): { heard: Heard; observer: ResponseObserver } {
  const heard: Heard = { events: [], times: [], text: '' };
  const note = (event: string, atMs: number) => {
    heard.events.push(event);
    heard.times.push(atMs);
  };
  return {
    heard,
    observer: {
      onSent: (atMs) => note('sent', atMs),
      onReconnect: () => expect.unreachable('nothing to connect to'),
      onDelta(kind, text, atMs) {
        heard.text += text;
        note(kind, atMs);
      },
      onEnd: (end, atMs) => note(JSON.stringify(end), atMs),
      onFail: (failure, atMs) => note(JSON.stringify(failure), atMs),
    },
  };
}

function play(
  engineOptions: Partial<EngineOptions> = {},
  options: Partial<LocalOptions> = {},
): Heard {
  const { clock, transport } = world(engineOptions, options);
  const { heard, observer } = listener();
  transport.send(request(hello), observer);
  expect(heard.events).toEqual([]);
  clock.run();
  return heard;
}

test('sent at once, then a delta a token, then the usage', () => {
  const { events, times } = play();
  expect(events.slice(0, -1)).toEqual(['sent', 'content', 'content', 'content', 'content']);
  expect(JSON.parse(events.at(-1)!)).toEqual({
    usage: {
      ...{ inputTokens: 7, outputTokens: 4 },
      ...{ cachedTokens: 0, localCachedTokens: 0, externalCachedTokens: 0 },
      queueMs: 0,
      // The engine's 14 ms of HTTP and tokenizing come before the queue.
      prefillMs: times[1]! - 14,
    },
    finishReason: 'length',
  });
  expect(times[0]).toBe(0);
  expect(times[1]).toBeGreaterThan(14);
  expect(times[4]).toBe(times[5]);
});

test('several tokens a delta, or all in one as without streaming', () => {
  const text = play().text;
  for (const [tokensPerDelta, deltas] of [
    [3, 2],
    [Infinity, 1],
  ] as const) {
    const heard = play({}, { tokensPerDelta });
    expect(heard.events.filter((event) => event === 'content')).toHaveLength(deltas);
    expect(heard.text).toBe(text);
  }
});

test('what the engine does not report is absent', () => {
  const end = play({ reportCached: false, reportRequestMetrics: false }).events.at(-1)!;
  expect(JSON.parse(end).usage).toEqual({ inputTokens: 7, outputTokens: 4 });
});

test('the wait for a place in the batch is told apart from the prefill', () => {
  const { clock, transport } = world({ maxSeqs: 1 });
  const [first, second] = [listener(), listener()];
  transport.send(request(hello), first.observer);
  transport.send(request(hello, { sessionId: '2' }), second.observer);
  clock.run();
  const usage = JSON.parse(second.heard.events.at(-1)!).usage;
  expect(usage.queueMs).toBeCloseTo(first.heard.times.at(-1)! - 14, 9);
  expect(usage.queueMs + usage.prefillMs).toBeCloseTo(second.heard.times[1]! - 14, 9);
});

test('the session is named, for routing', () => {
  const { clock, engine, transport } = world();
  const submit = vi.spyOn(engine, 'submit');
  transport.send(request(hello, { sessionId: 'some session' }), listener().observer);
  clock.run();
  expect(submit.mock.calls[0]![0]).toMatchObject({ session: 'some session' });
});

test('the next turn finds prompt and answer in the cache, up to whole blocks', () => {
  const { clock, transport } = world({ blockTokens: 1 });
  const first = listener();
  transport.send(request(hello), first.observer);
  clock.run();
  const next = [...hello, new Message('assistant', first.heard.text), new Message('user', 'And')];
  const second = listener();
  transport.send(request(next), second.observer);
  clock.run();
  // 7 tokens of prompt and 4 of answer, whose last one was never computed.
  expect(second.heard.events.at(-1)).toContain('"cachedTokens":10');
});

test('a salt keeps the cache apart', () => {
  const { clock, transport } = world({ blockTokens: 1 });
  const salt = { cacheSalt: 'a' };
  const cached = [request(hello), request(hello, salt), request(hello, salt)].map((one) => {
    const { heard, observer } = listener();
    transport.send(one, observer);
    clock.run();
    return /"cachedTokens":(\d+)/.exec(heard.events.at(-1)!)![1];
  });
  expect(cached).toEqual(['0', '0', '6']);
});

test('to the completions API it sends the chat as text', () => {
  // USER : Hello there, a newline, ASSISTANT and a colon, of which the blank is a token.
  expect(play({}, { api: 'completions' }).events.at(-1)).toContain('"inputTokens":7');
});

test('a plain prompt has the tokens of its text, and no other', () => {
  const { events } = play({}, { api: 'completions', promptForm: 'plain' });
  expect(events.at(-1)).toContain('"inputTokens":2');
});

const http = (message: string, httpStatus: number) => ({ status: 'http', message, httpStatus });
const protocol = (message: string) => ({ status: 'protocol', message, httpStatus: 200 });

test.each([
  ['status=503', ['sent', JSON.stringify(http('injected fault (code 503)', 503))]],
  ['reset', ['sent', '{"status":"protocol","message":"connection closed before the response"}']],
  [
    'reset-mid=1',
    [
      'sent',
      'content',
      JSON.stringify(protocol('connection closed in the middle of the response')),
    ],
  ],
  ['garbage=1', ['sent', 'content', JSON.stringify(protocol('event is not JSON'))]],
  [
    'truncate=1',
    ['sent', 'content', JSON.stringify(protocol('stream ended without finish_reason or [DONE]'))],
  ],
  ['error-event=1', ['sent', 'content', JSON.stringify(protocol('injected fault (code 500)'))]],
  ['stall', ['sent']],
  ['stall-mid=2', ['sent', 'content', 'content']],
])('%s', (fault, events) => {
  expect(play({ faults: [fault] }).events).toEqual(events);
});

test('empty ends with the usage of the answer that was not sent', () => {
  const { events } = play({ faults: ['empty'] });
  expect(events).toHaveLength(2);
  expect(JSON.parse(events[1]!)).toMatchObject({ usage: { outputTokens: 4 } });
});

test('no-usage ends without it', () => {
  expect(play({ faults: ['no-usage'] }).events.at(-1)).toBe('{"finishReason":"length"}');
});

test('a prompt that is too long fails as a refusal', () => {
  const failure = play({ maxModelTokens: 4 }).events.at(-1);
  expect(failure).toMatch(/"status":"http".*maximum context length is 4 tokens.*"httpStatus":400/);
});

test.each([
  ['before it is sent', -1],
  ['before the first token', 5],
  ['between tokens', 40],
])('cancelled %s, nothing more is heard and the engine is free', (_, atMs) => {
  const { clock, engine, transport } = world();
  const { heard, observer } = listener();
  const cancel = transport.send(request(hello), observer);
  if (atMs >= 0) clock.run(atMs);
  const before = heard.events.length;
  cancel();
  clock.run();
  expect(heard.events).toHaveLength(before);
  expect(engine.stats).toMatchObject({ running: 0, waiting: 0, kvUsage: 0 });
});

test('what is cancelled inside onDelta or onSent is over', () => {
  for (const stopAt of ['sent', 'content']) {
    const { clock, transport } = world();
    const { heard, observer } = listener();
    const stopping = (event: string) => () => {
      heard.events.push(event);
      if (event === stopAt) cancel();
    };
    const watched = { ...observer, onSent: stopping('sent'), onDelta: stopping('content') };
    const cancel = transport.send(request(hello), watched);
    clock.run();
    expect(heard.events.at(-1)).toBe(stopAt);
  }
});

test('a request that what it brought last has cancelled has no end', () => {
  const { clock, transport } = world({}, { tokensPerDelta: Infinity });
  const { heard, observer } = listener();
  const onDelta: ResponseObserver['onDelta'] = (...delta) => {
    observer.onDelta(...delta);
    cancel();
  };
  const cancel = transport.send(request(hello), { ...observer, onDelta });
  clock.run();
  expect(heard.events).toEqual(['sent', 'content']);
});

test('one that is cancelled before it is sent, or as it is, never reaches the engine', () => {
  const submitted: unknown[] = [];
  const { clock, transport } = world({}, { onSubmit: (one) => submitted.push(one) });
  const { heard, observer } = listener();
  transport.send(request(hello), observer)();
  const cancel = transport.send(request(hello), {
    ...observer,
    onSent: (atMs) => {
      observer.onSent(atMs);
      cancel();
    },
  });
  clock.run();
  expect(heard.events).toEqual(['sent']);
  expect(submitted).toEqual([]);
});
