import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { VirtualClock } from '../../src/base/clock.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import type { Run } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { promptText } from '../../src/transport/prompt-text.ts';
import type { ChatRequest } from '../../src/transport/transport.ts';
import { openWorkload } from '../../src/workload/load.ts';
import { loadTokenizer } from '../../src/workload/tokenizer/tokenizer.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';
import { assertOneRecordEach, playVirtual } from '../support/play-virtual.ts';
import type { Script } from '../support/scripted-transport.ts';
import { keptDir, scratchDir } from '../workload/scratch.ts';

const dir = scratchDir();
const cacheDir = keptDir();
const { count } = await loadTokenizer('gpt2');

interface Request {
  readonly prompt: string;
  readonly session_id?: string;
  readonly output_length?: number;
}

/** A workload as AIBrix's generator writes them: by time stamp, each with its requests. */
function workloadFile(name: string, entries: readonly [timestamp: number, ...Request[]][]): string {
  const lines = entries.map(([timestamp, ...requests]) => JSON.stringify({ timestamp, requests }));
  return written(name, lines);
}

function written(name: string, lines: readonly string[]): string {
  const file = join(dir, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

interface Options {
  readonly script?: (request: ChatRequest, index: number) => Script;
  readonly meanwhile?: (clock: VirtualClock, run: Run) => void;
}

/** Plays as `confab replay` does, in virtual time. */
async function replayed(file: string, more: ScenarioInput = {}, options: Options = {}) {
  const { conversation, population, stop, ...rest } = more;
  const input: ScenarioInput = {
    failure: { policy: 'skip' },
    pacing: { mode: 'trace' },
    ...rest,
    conversation: {
      source: 'trace',
      answer: { force: 'minTokens', ...conversation?.answer },
      trace: { file, ...conversation?.trace },
    },
    population: { arrivals: { process: 'trace' }, ...population },
    stop: { recordNotArrived: true, ...stop },
  };
  const workload = await openWorkload(parseScenario(input), { cacheDir });
  const { script = () => ({ ttftMs: 50, tokens: 1 }), ...others } = options;
  const played = playVirtual(input, script, { workload, ...others });
  assertOneRecordEach(played.records);
  const times = played.transport.sent.map(({ atMs }) => atMs);
  return { ...played, times, workload };
}

const SESSIONS = workloadFile('sessions.jsonl', [
  [1000, { prompt: 'a one', session_id: 'a', output_length: 7 }],
  [1500, { prompt: 'alone' }, { prompt: 'b one', session_id: 'b', output_length: 30 }],
  [2000, { prompt: 'a two', session_id: 'a' }],
  [2500, { prompt: 'b two', session_id: 'b', output_length: 40 }],
  [9000, { prompt: 'a three', session_id: 'a', output_length: 5 }],
]);

const textsOf = ({ messages }: ChatRequest) => messages.map(({ role, text }) => [role, text]);
const failing = (text: string): Script => ({
  ttftMs: 10,
  fail: { status: 'http', message: text },
});
const statuses = (records: readonly TurnRecord[]) =>
  records.map(({ userId, turn, status }) => `${userId}/${turn} ${status}`).sort();

test('001-28 requests by time stamp; turn k+1 of a session after the answer to turn k, and with it', async () => {
  const { transport, times } = await replayed(
    SESSIONS,
    {},
    { script: (_, index) => ({ ttftMs: index === 0 ? 2500 : 50, tokens: 2 }) },
  );
  // The second turn of a is due at 1000, when its first answer is not there before 2510.
  expect(transport.sent.map(({ sessionId, turn }, i) => [sessionId, turn, times[i]])).toEqual([
    ['a', 0, 0],
    [undefined, 0, 500],
    ['b', 0, 500],
    ['b', 1, 1500],
    ['a', 1, 2510],
    ['a', 2, 8000],
  ]);
  const last = textsOf(transport.sent.at(-1)!);
  expect(last.map(([role]) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
  expect(last.filter(([role]) => role === 'user').map(([, text]) => text)).toEqual([
    'a one',
    'a two',
    'a three',
  ]);
});

describe('001-30 the time scale', () => {
  test.each([
    [{ trace: { file: SESSIONS, speedup: 2 } }, 1],
    [{}, 0.5],
    [{ trace: { file: SESSIONS, speedup: 0.25 } }, 0.125],
  ])('001-30 %o and slowdown %d halve the span', async (conversation, slowdown) => {
    const arrivals = { process: 'trace' as const, slowdown };
    const { times } = await replayed(SESSIONS, { conversation, population: { arrivals } });
    expect(times).toEqual([0, 250, 250, 500, 750, 4000]);
  });

  test('001-30 pauses are scaled as the times are', async () => {
    const { workload } = await replayed(AFTER_ANSWERS, {
      conversation: { trace: { file: AFTER_ANSWERS, speedup: 4 } },
      pacing: { mode: 'recorded' },
    });
    expect(workload.conversation(1).turns.map(({ pauseMs }) => pauseMs)).toEqual([0, 1000, 500]);
  });
});

test.each([
  [
    { force: 'minTokens', ceilingTokens: 24 },
    [7, 24, 24, 24, 24, 5],
    [7, undefined, 24, undefined, 24, 5],
  ],
  [{ force: false, ceilingTokens: 24 }, [7, 24, 24, 24, 24, 5], Array(6).fill(undefined)],
  [{ force: true }, [7, undefined, 30, undefined, 40, 5], [7, undefined, 30, undefined, 40, 5]],
] as const)(
  '001-31 lengths of their own, the limit as ceiling: %o',
  async (answer, most, least) => {
    const { transport } = await replayed(SESSIONS, { conversation: { answer } });
    expect(transport.sent.map(({ maxTokens }) => maxTokens)).toEqual(most);
    expect(transport.sent.map(({ minTokens }) => minTokens)).toEqual(least);
  },
);

test('001-32 the name of a session goes with its requests, and none with those that have none', async () => {
  const { transport } = await replayed(SESSIONS);
  expect(transport.sent.map(({ sessionId }) => sessionId)).toEqual([
    'a',
    undefined,
    'b',
    'a',
    'b',
    'a',
  ]);
});

describe('001-34 a hard limit of the duration', () => {
  const stop = { afterSec: 1.2, drainTimeoutSec: 0 };

  test('001-34 what is in flight is cancelled, and every request of the file has its record', async () => {
    const { records, end, clock } = await replayed(
      SESSIONS,
      { stop },
      { script: ({ sessionId }) => ({ ttftMs: sessionId ? 5000 : 50, tokens: 1 }) },
    );
    expect(statuses(records)).toEqual([
      '1/0 cancelled',
      '1/1 unsent',
      '1/2 unsent',
      '2/0 ok',
      '3/0 cancelled',
      '3/1 unsent',
    ]);
    expect([end.stoppedBy, end.measureEndMs]).toEqual(['duration', 1200]);
    expect(clock.now()).toBeLessThanOrEqual(2200);
  });

  test('001-34 what had not come has a record, whatever holds it back, and no text is made for it', async () => {
    const early = await replayed(SESSIONS, { stop: { ...stop, afterSec: 0.1 } });
    expect(statuses(early.records)).toEqual([
      '1/0 ok',
      '1/1 unsent',
      '1/2 unsent',
      '2/0 unsent',
      '3/0 unsent',
      '3/1 unsent',
    ]);
    const late = early.records.filter(({ userId }) => userId > 1);
    expect(late.map(({ intendedMs, reason }) => [intendedMs, reason])).toEqual([
      [500, 'had not come when the run stopped'],
      [500, 'had not come when the run stopped'],
      [undefined, 'had not come when the run stopped'],
    ]);
    const closed = await replayed(SESSIONS, {
      population: { arrivals: { process: 'closed', concurrency: 1 } },
      stop: { ...stop, afterSec: 0.01 },
    });
    expect(closed.records).toHaveLength(6);
    const without = await replayed(SESSIONS, {
      stop: { ...stop, afterSec: 0.1, recordNotArrived: false },
    });
    expect(without.records).toHaveLength(3);
  });
});

test('001-35 at most so many sessions at a time, none dropped, those without a session neither', async () => {
  const { records, transport } = await replayed(
    SESSIONS,
    { population: { maxActive: 1 } },
    { script: () => ({ ttftMs: 3000, tokens: 1 }) },
  );
  expect(records.map(({ status }) => status)).toEqual(Array(6).fill('ok'));
  expect(transport.sent.map(({ userId }) => userId)).toEqual([1, 1, 1, 2, 3, 3]);
});

describe('001-36 after a failed turn', () => {
  const script = ({ sessionId, turn }: ChatRequest): Script =>
    sessionId === 'a' && turn === 1 ? failing('no') : { ttftMs: 50, tokens: 1 };

  test('001-36 skip: the session goes on without it, and no two messages of its user follow one another', async () => {
    const { records, transport } = await replayed(SESSIONS, {}, { script });
    expect(statuses(records)).toContain('1/2 ok');
    for (const request of transport.sent) {
      const roles = request.messages.map(({ role }) => role);
      expect(roles.filter((role, i) => role === roles[i - 1])).toEqual([]);
    }
    expect(textsOf(transport.sent.at(-1)!).map(([, text]) => text)).not.toContain('a two');
  });

  test('001-36 end: the rest of the session is recorded as unsent', async () => {
    const { records } = await replayed(SESSIONS, { failure: { policy: 'end' } }, { script });
    expect(statuses(records).filter((text) => text.startsWith('1/'))).toEqual([
      '1/0 ok',
      '1/1 http',
      '1/2 unsent',
    ]);
  });
});

/** Turns that repeat all that was said before, as Mooncake's and Bailian's rows do: each a whole prompt. */
const WHOLE = written('whole.jsonl', [
  ...[
    { timestamp: 0, input_length: 600, output_length: 5, hash_ids: [0, 1], session_id: 's' },
    { timestamp: 4000, input_length: 1100, output_length: 9, hash_ids: [0, 2, 3], session_id: 's' },
  ].map((line) => JSON.stringify(line)),
]);

describe('X-1 whether a request repeats what was said', () => {
  const play = (context: 'auto' | 'delta' | 'cumulative', file = WHOLE) =>
    replayed(file, { conversation: { trace: { file, context } } });
  const sentTokens = async (context: 'auto' | 'delta' | 'cumulative') => {
    const { transport } = await play(context);
    const own = transport.sent.map(({ messages }) =>
      messages.filter(({ role }) => role === 'user'),
    );
    return own.map((messages) => messages.reduce((sum, { text }) => sum + count(text), 0));
  };

  test('X-1 Mooncake: by itself, and when told so, prompts are the input_length of their rows', async () => {
    expect(await sentTokens('auto')).toEqual([600, 1100]);
    expect(await sentTokens('cumulative')).toEqual([600, 1100]);
    const { records, transport } = await play('auto');
    // Of the completions API, which is given no role, that is all that the server counts.
    const prompts = transport.sent.map(({ messages }) => count(promptText(messages)));
    expect(prompts).toEqual([600, 1100]);
    expect(records.map(({ messagesSent }) => messagesSent)).toEqual([1, 1]);
    // The second is found in the cache as far as the first goes, which is its first block.
    expect(records.map(({ isCumulative, sharedTokens }) => [isCumulative, sharedTokens])).toEqual([
      [undefined, 600],
      [true, 512],
    ]);
  });

  test('X-1 told otherwise, the history goes before what is new', async () => {
    expect(await sentTokens('delta')).toEqual([600, 1700]);
    const { transport } = await play('cumulative', SESSIONS);
    expect(transport.sent.every(({ messages }) => messages.length === 1)).toBe(true);
  });
});

/** A session whose answers took a second each, and a pause before each of the others. */
const AFTER_ANSWERS = written('weka.json', [
  JSON.stringify({
    id: 'w',
    block_size: 64,
    hash_id_scope: 'local',
    requests: [
      { t: 0, type: 's', in: 64, out: 2, hash_ids: [1], api_time: 1 },
      { t: 5, type: 's', in: 64, out: 2, hash_ids: [1], api_time: 1, think_time: 4 },
      { t: 8, type: 's', in: 64, out: 2, hash_ids: [1], api_time: 1, think_time: 2 },
    ],
  }),
]);

describe('X-2 think time after the answer, or the schedule', () => {
  const sentAt = async (mode: 'trace' | 'recorded' | 'think', ttftMs: number) =>
    (
      await replayed(
        AFTER_ANSWERS,
        { pacing: { mode, pauseSec: 7 } },
        { script: () => ({ ttftMs, tokens: 1 }) },
      )
    ).times;

  test('X-2 answers as fast as they were: both are the same', async () => {
    expect(await sentAt('recorded', 1000)).toEqual([0, 5000, 8000]);
    expect(await sentAt('trace', 1000)).toEqual([0, 5000, 8000]);
  });

  test('X-2 answers two seconds slower: turns shift by as much, and by the schedule they do not', async () => {
    expect(await sentAt('recorded', 3000)).toEqual([0, 7000, 12_000]);
    expect(await sentAt('trace', 3000)).toEqual([0, 5000, 8000]);
    expect(await sentAt('think', 3000)).toEqual([0, 10_000, 20_000]);
  });

  test('X-2 what the trace does not know is told, and is not 0', async () => {
    const file = workloadFile('timed.jsonl', [[0, { prompt: 'x', session_id: 's' }]]);
    await expect(replayed(SESSIONS, { pacing: { mode: 'recorded' } })).rejects.toThrow(
      /no request says how long its user thought/,
    );
    const { records } = await replayed(file, { pacing: { mode: 'recorded' } });
    expect(records).toHaveLength(1);
  });
});

describe('idle time', () => {
  test('beyond a bound is skipped, for all alike', async () => {
    const { times, records } = await replayed(SESSIONS, { population: { maxIdleSec: 1 } });
    // The last answer before it comes at 1550; 1000 later all that is due comes 5450 sooner.
    expect(times).toEqual([0, 500, 500, 1000, 1500, 2550]);
    expect(records.every(({ intendedMs, sentMs }) => intendedMs === sentMs)).toBe(true);
  });

  test('shifts arrivals and pauses by the same time, whoever waits for which', async () => {
    const file = workloadFile('gaps.jsonl', [
      [0, { prompt: 'a', session_id: 'a' }],
      [10_000, { prompt: 'a two', session_id: 'a' }],
      [10_300, { prompt: 'b' }],
      [10_400, { prompt: 'a three', session_id: 'a' }],
      [30_400, { prompt: 'c' }],
      [30_500, { prompt: 'a four', session_id: 'a' }],
    ]);
    const { times } = await replayed(file, { population: { maxIdleSec: 2 } });
    expect(times).toEqual([0, 2050, 2350, 2450, 4500, 4600]);
    // With room for one at a time nothing changes: what waits for room is not idle.
    const slow = await replayed(
      file,
      { population: { maxIdleSec: 2, maxInFlight: 1 } },
      { script: () => ({ ttftMs: 6000, tokens: 1 }) },
    );
    expect(slow.times).toEqual([0, 8000, 14_000, 20_000, 28_000, 34_000]);
  });

  test('is not skipped when the run has ended, and not without a bound', async () => {
    const { clock } = await replayed(SESSIONS, {
      population: { maxIdleSec: 1 },
      stop: { afterSec: 2 },
    });
    expect(clock.now()).toBeLessThan(3000);
    expect((await replayed(SESSIONS)).times.at(-1)).toBe(8000);
  });
});

test('X-7 every planned request ends in one record, wherever the run is interrupted', async () => {
  for (let atMs = 0; atMs < 8000; atMs += 370) {
    const { records } = await replayed(
      SESSIONS,
      { population: { maxActive: 2, maxIdleSec: 0.3 } },
      {
        script: (_, index) => (index % 3 ? { ttftMs: 700, tokens: 1 } : failing('no')),
        meanwhile: (clock, run) => {
          clock.setTimeout(() => run.state().phase !== 'done' && run.interrupt(), atMs);
        },
      },
    );
    expect(records).toHaveLength(6);
  }
});

describe("000-3 BurstGPT's rows", () => {
  const file = written('burst.csv', [
    'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type',
    '5,ChatGPT,12,7,19,Conversation log',
    '45,ChatGPT,9,3,12,Conversation log',
    '118,GPT-4,20,30,50,API log',
  ]);

  test('000-3 are sent at their times from the first, 000-4 and a hundred times as fast', async () => {
    expect((await replayed(file)).times).toEqual([0, 40_000, 113_000]);
    const fast = await replayed(file, { conversation: { trace: { file, speedup: 100 } } });
    expect(fast.times).toEqual([0, 400, 1130]);
    expect(fast.transport.sent.map(({ messages }) => count(messages[0]!.text))).toEqual([
      12, 9, 20,
    ]);
    const two = await replayed(file, { conversation: { trace: { file, limit: 2 } } });
    expect(two.times).toEqual([0, 40_000]);
  });
});

const AZURE = sharedFile('data/traces/azure2023_conv.csv');
const NO_AZURE = absent(AZURE);

test.skipIf(NO_AZURE)(
  titled("001-21 Azure's conversations, the first 60 s: 191 requests of its own lengths", NO_AZURE),
  async () => {
    const { transport } = await replayed(AZURE, {
      conversation: { trace: { file: AZURE, untilSec: 60 } },
    });
    const rows = readFileSync(AZURE, 'utf8').trim().split(/\r?\n/).slice(1, 192);
    expect(transport.sent).toHaveLength(191);
    for (const [i, row] of rows.entries()) {
      const [, input, output] = row.split(',').map(Number);
      const { messages, maxTokens, minTokens } = transport.sent[i]!;
      expect([maxTokens, minTokens]).toEqual([output, output]);
      // Counting all of them would take seconds.
      if (i % 20 === 0) expect(count(messages[0]!.text)).toBe(input);
    }
  },
);

const AIBRIX = 'data/upstream/aibrix';
const [SENT, LENGTHS, PROMPTS] = [
  'client-sessions-stream.jsonl',
  'constant-sessions.lengths.json',
  'sessions.jsonl',
].map((name) => sharedFile(`${AIBRIX}/${name}`)) as [string, string, string];
const NO_CAPTURE = absent(SENT);

test.skipIf(NO_CAPTURE)(
  titled(
    "001-28 AIBrix's own client sent the same sessions, limits and texts, at the same times",
    NO_CAPTURE,
  ),
  async () => {
    const sent = linesOf<Captured>(SENT);
    const said = linesOf<{ prompts: string[] }>(PROMPTS).map(({ prompts }) => [...prompts]);
    const lengths: [number, [number, number, number][]][] = JSON.parse(
      readFileSync(LENGTHS, 'utf8'),
    );
    const file = workloadFile(
      'upstream.jsonl',
      lengths.map(([timestamp, requests]) => [
        timestamp,
        ...requests.map(([, output_length, session]) => ({
          prompt: said[session]!.shift()!,
          session_id: String(session),
          output_length,
        })),
      ]),
    );
    const { transport, times } = await replayed(
      file,
      {
        conversation: {
          answer: { force: 'minTokens', ceilingTokens: 24 },
          trace: { file, speedup: 2 },
        },
      },
      { script: () => ({ ttftMs: 50, tokens: 24, tokenMs: 4 }) },
    );
    expect(transport.sent).toHaveLength(sent.length);
    for (const [i, { atMs, headers, body, messages }] of sent.entries()) {
      const ours = transport.sent[i]!;
      expect(ours.sessionId).toBe(headers['x-aibrix-session-key']);
      expect([ours.maxTokens, ours.minTokens]).toEqual([body.max_tokens, body.min_tokens]);
      // Its clock starts before it has sent the first.
      expect(Math.abs(times[i]! - atMs)).toBeLessThan(100);
      // In all sessions but the first it loses the answers, and its users speak twice in a row: its fault.
      const users = (list: readonly { role: string }[]) =>
        list.filter(({ role }) => role === 'user');
      const texts = ours.messages
        .filter(({ role }) => role === 'user')
        .map(({ text }) => sha1(text));
      expect(texts).toEqual(users(messages).map((message) => (message as Said).sha1));
    }
  },
);

interface Said {
  readonly role: string;
  readonly sha1: string;
}

interface Captured {
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly max_tokens: number; readonly min_tokens: number };
  readonly messages: readonly Said[];
}

function linesOf<T>(file: string): T[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 12);
}
