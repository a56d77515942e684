import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type InspectOptions, inspectTrace } from '../../src/inspect/inspect.ts';
import { inspectionText } from '../../src/inspect/text.ts';
import { Message } from '../../src/workload/message.ts';
import type { TraceEntry, TraceFormat } from '../../src/workload/traces/format.ts';
import { scratchDir } from '../workload/scratch.ts';

const dir = scratchDir();
const file = join(dir, 'trace.txt');
writeFileSync(file, 'a trace\n');

const OPTIONS = { format: 'auto', engineBlockTokens: 1, warmupShare: 0 };

/** Of a format of our own, whose file says nothing. */
function inspected(
  entries: readonly TraceEntry[],
  format: Partial<TraceFormat> = {},
  options: Partial<InspectOptions> = {},
) {
  const own: TraceFormat = {
    name: 'own',
    says: 'a trace',
    blockTokens: 4,
    sniff: (head) => head.startsWith('a trace'),
    async *read() {
      yield* entries;
    },
    ...format,
  };
  return inspectTrace(file, { ...OPTIONS, formats: [own], ...options });
}

const entry = (atMs: number, hashIds: readonly number[], more: Partial<TraceEntry> = {}) =>
  ({ atMs, inputTokens: 4 * hashIds.length, outputTokens: 3, hashIds, ...more }) as TraceEntry;

describe('what a trace is', () => {
  test('the format, how it was recognised, and what else it could have been', async () => {
    const other = { name: 'other', says: 'another', sniff: () => true } as unknown as TraceFormat;
    const own: TraceFormat = {
      ...other,
      name: 'own',
      says: 'a trace',
      timeUnit: 's',
      async *read() {
        yield entry(0, [1]);
      },
    };
    const formats = [own, other];
    const auto = await inspectTrace(file, { ...OPTIONS, formats });
    expect(auto.traceFormat).toEqual({
      name: 'own',
      says: 'a trace',
      by: 'content',
      alsoFits: ['other'],
    });
    expect([auto.timeUnit, auto.timeOrigin]).toEqual(['s', 'trace']);
    const named = await inspectTrace(file, { ...OPTIONS, format: 'own', formats });
    expect(named.traceFormat.by).toBe('name');
  });

  test('requests, lengths, models and kinds; what is not told is absent', async () => {
    const seen = await inspected([
      { atMs: 0, inputTokens: 10, model: 'a', kind: 'chat' },
      { atMs: 500, inputTokens: 30, model: 'b', kind: 'chat' },
    ]);
    expect(seen).toMatchObject({ requests: 2, models: { a: 1, b: 1 }, kinds: { chat: 2 } });
    expect(seen.inputTokens).toMatchObject({ count: 2, mean: 20, min: 10, max: 30 });
    for (const key of ['outputTokens', 'thinkSec', 'apiSec', 'sessions', 'blocks', 'reuse']) {
      expect(seen).not.toHaveProperty(key);
    }
    expect(seen.context).toBe('alone');
    expect(seen.figures.map(({ name }) => name)).toEqual(['requests-by-time', 'lengths']);
    expect(seen.figures[1]!.series).toEqual([
      {
        name: 'input',
        points: [
          [10, 0.5],
          [30, 1],
        ],
      },
    ]);
  });

  test('messages have characters, and no tokens', async () => {
    const messages = [new Message('system', 'be'), new Message('user', 'hello')] as const;
    const seen = await inspected([{ atMs: 0, messages: [...messages] }]);
    expect(seen).toMatchObject({ spoken: 1, inputCharacters: { mean: 7 } });
    expect(seen).not.toHaveProperty('inputTokens');
  });

  test('sessions: turns, sub-agents, pauses, and what belongs to none', async () => {
    const turns = (session: string, times: readonly number[], more: Partial<TraceEntry> = {}) =>
      times.map((atMs, turn) => entry(atMs, [1], { session, turn, isCumulative: true, ...more }));
    const seen = await inspected([
      ...turns('a', [0, 2000, 6000], { thinkMs: 500, apiMs: 250 }),
      ...turns('a/1', [2500], { parent: { session: 'a', turn: 1 } }),
      entry(3000, [1]),
    ]);
    expect(seen.sessions).toMatchObject({ sessions: 2, children: 1, requestsWithout: 1 });
    expect(seen.sessions!.turns).toMatchObject({ count: 2, min: 1, max: 3 });
    expect(seen.sessions!.turnGapSec).toMatchObject({ count: 2, min: 2, max: 4 });
    expect(seen.thinkSec).toMatchObject({ count: 3, mean: 0.5 });
    expect(seen.apiSec).toMatchObject({ count: 3, mean: 0.25 });
    expect(seen.context).toBe('cumulative');
  });

  test.each([
    ['cumulative', [true, true]],
    ['delta', [undefined, undefined]],
    ['mixed', [true, undefined]],
  ] as const)('context %s', async (context, whole) => {
    const entries = whole.map((isCumulative, turn): TraceEntry => {
      return { atMs: turn, session: 'a', turn, inputTokens: 5, isCumulative };
    });
    expect((await inspected(entries)).context).toBe(context);
  });

  test('requests that are not in the order of time are put in it', async () => {
    const entries = [entry(5000, [1, 2]), entry(0, [1]), entry(5000, [1, 2])];
    const seen = await inspected(entries);
    const sorted = await inspected([entries[1]!, entries[0]!, entries[2]!]);
    expect([seen.isInOrder, sorted.isInOrder]).toEqual([false, true]);
    expect({ ...seen, isInOrder: true }).toEqual(sorted);
    expect(seen.arrivals).toMatchObject({ spanMs: 5000, stepMs: 5000 });
  });

  test('a trace without requests is refused', async () => {
    await expect(inspected([])).rejects.toThrow(`${file}: found no request; expected a trace`);
  });
});

describe('what is doubtful', () => {
  const warned = async (...args: Parameters<typeof inspected>) =>
    (await inspected(...args)).warnings.join('\n');

  test('ids that are not chained are counted, and found only behind the same beginning', async () => {
    const seen = await inspected([entry(0, [1, 2]), entry(1, [2, 1]), entry(2, [2, 1])]);
    expect(seen.blocks).toMatchObject({ references: 6, distinct: 4, parentConflicts: 4 });
    expect(seen.reuse!.unlimited).toMatchObject({ foundBlocks: 2, foundTokens: 8 });
    expect(seen.warnings.join()).toContain('not chained: 4 of 6');
  });

  test('ids beyond 2^53, and such as a program has rounded', async () => {
    const digits = (...hashIds: string[]) =>
      warned([{ atMs: 0, inputTokens: 4 * hashIds.length, hashIds }]);
    expect(await digits('9007199254740993', '9007199254740995')).toContain('2 ids are beyond 2^53');
    expect(await digits('1152921504606846976', '1152921504606847232')).toContain('look rounded');
    expect(await warned([entry(0, [1])])).toBe('');
  });

  test('inputs with and without an id for a last, partial block', async () => {
    const mixed = [entry(0, [1, 2], { inputTokens: 7 }), entry(0, [1], { inputTokens: 7 })];
    expect(await warned(mixed)).toContain('partial block');
    const rounding = async (one: TraceEntry) => (await inspected([one])).blocks!.rounding;
    expect(await rounding(mixed[0]!)).toBe('ceil');
    expect(await rounding(mixed[1]!)).toBe('floor');
    expect(await rounding(entry(0, [1]))).toBeUndefined();
  });

  test('sessions of which each counts its own time say nothing of how they arrive', async () => {
    const entries = ['a', 'b'].map((session): TraceEntry => {
      return { ...entry(0, [1]), session, turn: 0, isCumulative: true };
    });
    const seen = await inspected(entries, { timeOrigin: 'session' });
    expect(seen.warnings.join()).toContain('as if all began at once');
    expect(seen).not.toHaveProperty('arrivals');
    expect(seen.sessions).not.toHaveProperty('arrivals');
    const alone = await inspected(entries.slice(0, 1), { timeOrigin: 'session' });
    expect(alone).toHaveProperty('arrivals');
  });

  test('ids of what is new in a turn are those of no prompt', async () => {
    const entries = [0, 1].map((turn) => entry(turn, [turn], { session: 'a', turn }));
    const seen = await inspected(entries);
    expect(seen.context).toBe('delta');
    expect(seen.blocks).toBeDefined();
    expect(seen.reuse).toBeUndefined();
    expect(inspectionText(seen)).toContain('is not known from the trace alone');
  });

  test('what a reader warns of is passed on, once', async () => {
    const read: TraceFormat['read'] = async function* (_, { warn }) {
      warn?.('odd');
      warn?.('odd');
      yield entry(1, [1]);
      yield entry(0, [1]);
    };
    expect(await warned([], { read })).toBe('odd');
  });
});

describe('what a cache finds', () => {
  // 3 of 5 blocks are found: 10 of the 18 tokens of the second, 0 of the first.
  const entries = [
    entry(0, [1, 2, 3], { inputTokens: 10, session: 'a', turn: 0 }),
    entry(2000, [1, 2, 3, 4, 5], { inputTokens: 18, session: 'b', turn: 0 }),
    entry(4000, [9], { session: 'c', turn: 0 }),
  ];

  test('the four definitions, and as engines count', async () => {
    const { reuse } = await inspected(entries, {}, { engineBlockTokens: 4 });
    expect(reuse).toMatchObject({ requests: 3, inputTokens: 32, blocks: 9, warmupRequests: 0 });
    expect(reuse!.unlimited).toEqual({
      foundTokens: 10,
      foundBlocks: 3,
      token: 10 / 32,
      block: 3 / 9,
      requestMean: expect.closeTo(10 / 18 / 3, 12),
      any: 1 / 3,
      full: 0,
      engine: 8 / 32,
      engineBlockTokens: 4,
    });
    expect(reuse!.sessionShares).toMatchObject({ count: 3, min: 0, max: 10 / 18 });
  });

  test('at the capacities and times to live that are asked for', async () => {
    const asked = { capacities: [2, 3], ttlsSec: [2, 3], bytesPerToken: 10 };
    const { reuse } = await inspected(entries, {}, asked);
    expect(reuse!.lru.points).toEqual([
      {
        blocks: 2,
        tokens: 8,
        bytes: 80,
        foundTokens: 8,
        share: 8 / 32,
        blockShare: 2 / 9,
        boundTokens: 8,
        boundShare: 8 / 32,
      },
      expect.objectContaining({ blocks: 3, foundTokens: 10, boundTokens: 10 }),
    ]);
    expect(reuse!.lru.needed.map(({ blocks }) => blocks)).toEqual([2, 2, 3, 3, 3]);
    expect(reuse!.ttl!.points.map(({ foundTokens }) => foundTokens)).toEqual([0, 10]);
  });

  test('a share of the requests only fills the caches', async () => {
    const { reuse } = await inspected(entries, {}, { warmupShare: 0.5 });
    expect(reuse).toMatchObject({ warmupRequests: 1, requests: 2, inputTokens: 22 });
    expect(reuse!.unlimited.token).toBe(10 / 22);
  });

  test('without times there is no time to live, and all else', async () => {
    const { reuse, figures } = await inspected(entries.map(({ atMs: _, ...one }) => one));
    expect(reuse!.unlimited.foundTokens).toBe(10);
    expect(reuse).not.toHaveProperty('ttl');
    expect(figures.map(({ name }) => name)).toEqual(['hit-vs-capacity', 'lengths']);
  });

  test('figures: LRU below the bound, both up to what there is', async () => {
    const { figures } = await inspected(entries);
    const [capacity, ttl] = figures;
    const [lru, bound, unlimited] = capacity!.series;
    expect(lru!.points.map(([tokens]) => tokens)).toEqual([4, 8, 12, 16, 20, 24]);
    expect(lru!.points.at(-1)).toEqual([24, 10 / 32]);
    expect(bound!.points.at(-1)![1]).toBe(10 / 32);
    expect(unlimited!.points).toEqual([
      [4, 10 / 32],
      [24, 10 / 32],
    ]);
    expect(ttl!.series[0]!.points.at(-1)![1]).toBe(10 / 32);
  });
});

describe('what a cache finds of messages', () => {
  const user = (text: string) => new Message('user', text);
  const answer = new Message('assistant', 'yes');

  test('whole messages behind the same beginning, answers among them', async () => {
    const seen = await inspected([
      { session: 'a', turn: 0, messages: [new Message('system', 'be'), user('one')], answer },
      { session: 'b', turn: 0, messages: [new Message('system', 'be'), user('two')] },
      { session: 'a', turn: 1, messages: [user('more')] },
    ]);
    // be|one, be|two, be|one|yes|more
    expect(seen.said).toEqual({
      requests: 3,
      messages: 8,
      characters: 22,
      foundMessages: 4,
      foundCharacters: 10,
      share: 10 / 22,
      requestMean: expect.closeTo((2 / 5 + 8 / 12) / 3, 12),
      any: 2 / 3,
      full: 0,
    });
    expect(inspectionText(seen)).toContain('of characters   45.45 %: 10 of 22');
  });

  test('an input that is whole is the prompt', async () => {
    const turn = (turn: number, ...texts: [string, ...string[]]): TraceEntry => {
      const [first, ...others] = texts.map(user);
      return { session: 'a', turn, isCumulative: true, messages: [first!, ...others] };
    };
    const { said } = await inspected([turn(0, 'one'), turn(1, 'one', 'two'), turn(2, 'two')]);
    expect(said).toMatchObject({ messages: 4, foundMessages: 1, foundCharacters: 3 });
  });
});

describe('the digest', () => {
  const digest = async (entries: readonly TraceEntry[], format?: Partial<TraceFormat>) =>
    (await inspected(entries, format)).digest;
  const turns = (more: (turn: number) => object = () => ({})) =>
    [0, 1, 2].map((turn) =>
      entry(1000 * turn, [1, 2, turn + 3], {
        inputTokens: 14,
        session: 's',
        turn,
        isCumulative: true,
        thinkMs: 10,
        ...more(turn),
      } as Partial<TraceEntry>),
    );

  test.each<[string, (turn: number) => object]>([
    ['other names of blocks', (turn) => ({ hashIds: [77, '9007199254740993', turn + 50] })],
    ['another name of the session', () => ({ session: 'other' })],
    ['another origin of time', (turn) => ({ atMs: 5e6 + 1000 * turn })],
    ['times that took a way through seconds', (turn) => ({ atMs: 1000 * turn + 1e-7 })],
    ['no place in the session', () => ({ turn: undefined })],
    [
      'ids of last, partial blocks that nobody shares',
      (turn) => ({ hashIds: [1, 2, turn + 3, turn + 90] }),
    ],
    ['what is told of the answer', () => ({ model: 'm', kind: 'k', apiMs: 4 })],
  ])('is the same with %s', async (_, more) => {
    expect(await digest(turns(more))).toBe(await digest(turns()));
  });

  test.each<[string, (turn: number) => object]>([
    ['other lengths', (turn) => ({ outputTokens: turn })],
    ['other inputs', () => ({ inputTokens: 15 })],
    ['other times', (turn) => ({ atMs: 1001 * turn })],
    ['other pauses', () => ({ thinkMs: 11 })],
    ['an unknown pause, which is not 0', () => ({ thinkMs: undefined })],
    ['other sharing', (turn) => ({ hashIds: [1, turn + 2, turn + 3] })],
    ['other sessions', (turn) => ({ session: turn ? 's' : 't' })],
    ['additions for whole inputs', () => ({ isCumulative: undefined })],
    ['a parent', (turn) => (turn ? {} : { parent: { session: 'p', turn: 1 } })],
  ])('is another with %s', async (_, more) => {
    expect(await digest(turns(more))).not.toBe(await digest(turns()));
  });

  test('a session of one request is a request of none', async () => {
    const alone = [entry(0, [1]), entry(9, [1])];
    const named = alone.map((one, index) => ({ ...one, session: `s${index}` }));
    expect(await digest(named)).toBe(await digest(alone));
  });

  test('sessions without a common origin count in any order, with their sub-agents', async () => {
    const sessions = ['a', 'b'].map((session, index) => [
      entry(0, [1, 2 + index], { session, turn: 0, isCumulative: true }),
      entry(10, [7 + index], {
        session: `${session}/1`,
        turn: 0,
        isCumulative: true,
        parent: { session, turn: 0 },
      }),
      entry(20, [1, 2 + index, 5], { session, turn: 1, isCumulative: true }),
    ]);
    const [a, b] = sessions as [TraceEntry[], TraceEntry[]];
    const ofSessions = (...entries: TraceEntry[]) => digest(entries, { timeOrigin: 'session' });
    const both = await ofSessions(...a, ...b);
    expect(await ofSessions(...b, ...a)).toBe(both);
    expect(await ofSessions(...a)).toBe(await digest(a));
    expect(
      await ofSessions(...a, ...a.map((one) => ({ ...one, session: `c${one.session}` }))),
    ).not.toBe(both);
  });

  test('block size counts where there are blocks', async () => {
    const bare = [{ atMs: 0, inputTokens: 8 }];
    expect(await digest(bare, { blockTokens: 16 })).toBe(await digest(bare));
    expect(await digest(turns(), { blockTokens: 16 })).not.toBe(await digest(turns()));
  });

  test('messages count, whatever the order of their fields', async () => {
    const said = (fields: object, text = 'hello') =>
      digest([
        { atMs: 0, messages: [new Message('user', text, fields as Record<string, unknown>)] },
      ]);
    const one = await said({ name: 'n', tool_calls: [{ id: 1, type: 'f' }] });
    expect(await said({ tool_calls: [{ type: 'f', id: 1 }], name: 'n' })).toBe(one);
    expect(await said({ tool_calls: [{ type: 'f', id: 2 }], name: 'n' })).not.toBe(one);
    expect(await said({ name: 'n', tool_calls: [{ id: 1, type: 'f' }] }, 'bye')).not.toBe(one);
  });
});
