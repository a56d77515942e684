import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordStatus, TurnRecord } from '../../src/record/record.ts';
import { Summary } from '../../src/stats/summary.ts';
import type { Interval } from '../../src/stats/time/timeline.ts';
import { sampleRecords, turnRecord } from '../record/sample.ts';

const time = {
  measured: [{ startMs: 0, endMs: 10_000 }],
  ...windows({ startMs: 0, endMs: 8000 }),
};

/** Until which conversations came and requests fell due: cut off, or by themselves. */
function windows(...offering: (Interval & { isFinished?: boolean })[]) {
  const all = offering.map((one) => ({ isFinished: false, ...one }));
  return { arriving: all, fallingDue: all };
}

function totals(records: Iterable<TurnRecord>, when = time) {
  const summary = new Summary();
  for (const record of records) summary.add(record);
  return summary.close(when);
}

const failure = (status: RecordStatus, fields: Partial<TurnRecord> = {}): TurnRecord => {
  const { userId, turn, turns, phase, attempts, reconnects, intendedMs, sentMs, endMs } =
    turnRecord();
  const base = { userId, turn, turns, phase, attempts, reconnects, intendedMs, sentMs, endMs };
  return { ...base, status, chunks: 0, ...fields } as TurnRecord;
};

test('a turn that a resume played again is planned once, and that it was is said', () => {
  const first = [turnRecord({ turns: 3 }), turnRecord({ turns: 3, turn: 1 })];
  const again = [0, 1, 2].map((turn) => turnRecord({ turns: 3, turn }));
  expect(totals([...first, ...again]).counts).toMatchObject({
    ...{ planned: 3, completed: 5, playedAgain: 2 },
  });
  expect(totals(again).counts).not.toHaveProperty('playedAgain');
  // Agents of one round ask in the same turn.
  const agents = [0, 1].map((place) => turnRecord({ agent: { id: place, place } }));
  expect(totals(agents).counts).toMatchObject({ planned: 2 });
});

test('every planned request is counted once, by how it ended', () => {
  const records = [
    turnRecord(),
    turnRecord({ tokensFrom: 'local' }),
    failure('http', { httpStatus: 503, reason: 'b', attempts: 3 }),
    failure('http', { httpStatus: 503, reason: 'a' }),
    failure('http', { httpStatus: 429 }),
    failure('timeout', { reconnects: 1 }),
    failure('connect'),
    failure('protocol'),
    failure('cancelled'),
    failure('unsent', { attempts: 0, reason: 'the run ended' }),
    turnRecord({ phase: 'warmup' }),
    failure('http', { phase: 'warmup', attempts: 2 }),
  ];
  const { counts } = totals(records.map((record, userId) => ({ ...record, userId })));
  expect(counts).toEqual({
    planned: 10,
    completed: 2,
    failed: 6,
    failedByKind: { http: 3, timeout: 1, connect: 1, protocol: 1 },
    cancelled: 1,
    unsent: 1,
    errorRate: 0.75,
    endings: [
      { kind: 'http 503', count: 2, example: 'a' },
      { kind: 'cancelled', count: 1 },
      { kind: 'connect', count: 1 },
      { kind: 'http 429', count: 1 },
      { kind: 'protocol', count: 1 },
      { kind: 'timeout', count: 1 },
      { kind: 'unsent', count: 1, example: 'the run ended' },
    ],
    retried: 1,
    retries: 2,
    reconnects: 1,
    countedLocally: 1,
    finishReasons: { length: 2 },
    warmup: 2,
    warmupFailed: 1,
  });
});

test('what this machine could not send is counted apart, and only where there is some', () => {
  const { counts } = totals([turnRecord(), failure('client', { reason: 'no ports' })]);
  expect(counts.failed).toBe(1);
  expect(counts.failedByKind).toEqual({ http: 0, timeout: 0, connect: 0, protocol: 0, client: 1 });
  expect(counts.endings).toEqual([{ kind: 'client', count: 1, example: 'no ports' }]);
});

test('finish reasons and oddities of answers are counted by kind, the most frequent first', () => {
  const odd = (...remarks: string[]) => turnRecord({ finishReason: 'stop', remarks });
  const { counts } = totals([
    turnRecord({ finishReason: 'length' }),
    odd('usage told twice: a 1, then 2', 'x: y: z'),
    odd('usage told twice: a 0, then 2'),
    turnRecord({ finishReason: undefined }),
    failure('protocol', { finishReason: 'abort', remarks: ['never: counted'] }),
  ]);
  expect(counts.finishReasons).toEqual({ stop: 2, length: 1 });
  expect(counts.remarks).toEqual([
    { kind: 'usage told twice', count: 2, example: 'a 0, then 2' },
    { kind: 'x', count: 1, example: 'y: z' },
  ]);
});

test('a server that makes up finish reasons fills no memory', () => {
  const many = Array.from({ length: 100 }, (_, index) => turnRecord({ finishReason: `r${index}` }));
  const { finishReasons } = totals(many).counts;
  expect(Object.keys(finishReasons!)).toHaveLength(31);
  expect(finishReasons!['(others)']).toBe(70);
});

test('answers whose chunks came several in one read are counted as batched', () => {
  const { delivery } = totals([
    turnRecord({ chunks: 8, reads: 2 }),
    turnRecord({ chunks: 8, reads: 4 }),
    turnRecord({ chunks: 8, reads: 5 }),
    turnRecord({ chunks: 8 }),
    turnRecord({ chunks: 3, reads: 1 }),
    failure('timeout', { chunks: 8, reads: 1 }),
  ]);
  expect(delivery).toEqual({ answers: 4, batched: 2, chunksPerRead: 16 / 6 });
  expect(totals([turnRecord({ chunks: 8 })]).delivery).toBeUndefined();
});

test('latencies are of completed requests, lateness of all that were sent, and warm-up is in neither', () => {
  const { distributions } = totals([
    turnRecord(),
    failure('timeout', { intendedMs: 1000, sentMs: 1050, endMs: 31_050 }),
    turnRecord({ phase: 'warmup', firstTokenMs: 9999 }),
  ]);
  expect(distributions.ttftMs).toMatchObject({ count: 1, max: 100 });
  expect(distributions.latencyMs).toMatchObject({ count: 1, max: 195 });
  expect(distributions.latenessMs).toMatchObject({ count: 2, max: 50 });
  expect(distributions.iclMs).toMatchObject({ count: 9, mean: 10 });
});

test('offered counts what fell due before the drain, achieved and tokens what was completed, drain included', () => {
  const { rates } = totals([
    turnRecord({ userId: 1, intendedMs: 0, sentMs: 0, inputTokens: 100, outputTokens: 10 }),
    turnRecord({
      userId: 1,
      turn: 1,
      intendedMs: 8000,
      sentMs: 8001,
      inputTokens: 300,
      outputTokens: 10,
    }),
    failure('http', { userId: 2, intendedMs: 5000, inputTokens: 700 }),
    failure('unsent', { userId: 3, turn: 1, intendedMs: 7000 }),
    // In the instant of the end, which kept it from being sent; user 1's was sent in that instant.
    failure('unsent', { userId: 4, turn: 1, intendedMs: 8000 }),
    failure('unsent', { userId: 5, intendedMs: 8500 }),
  ]);
  expect(rates).toEqual({
    offeredPerSec: 4 / 8,
    conversationsPerSec: 2 / 8,
    achievedPerSec: 2 / 10,
    inputTokensPerSec: 40,
    outputTokensPerSec: 2,
  });
});

test('tokens that nobody counted are no rate of 0; those of some requests are', () => {
  const uncounted = { ...turnRecord(), inputTokens: undefined, outputTokens: undefined };
  const rates = totals([uncounted as unknown as TurnRecord]).rates;
  expect(rates).not.toHaveProperty('outputTokensPerSec');
  expect(rates).not.toHaveProperty('inputTokensPerSec');
  const some = [uncounted as unknown as TurnRecord, turnRecord({ outputTokens: 20 })];
  expect(totals(some).rates.outputTokensPerSec).toBe(2);
  expect(totals([]).rates.outputTokensPerSec).toBe(0);
});

test('a run of no length has no rates, and nothing is NaN', () => {
  const empty = totals([], { measured: [], arriving: [], fallingDue: [] });
  expect(empty.rates).toEqual({});
  expect(empty.distributions).toEqual({});
  expect(empty.counts).not.toHaveProperty('errorRate');
  expect(empty.concurrency).toEqual({ mean: undefined, peak: 0 });
});

test('cached tokens that were not reported are not zero', () => {
  const { cachedTokens: _, ...silent } = turnRecord();
  const { cache, distributions } = totals([
    turnRecord({ inputTokens: 1000, cachedTokens: 800 }),
    turnRecord({ inputTokens: 1000, cachedTokens: 0 }),
    silent,
  ]);
  expect(cache).toEqual({ reported: 2, inputTokens: 2000, cachedTokens: 800, share: 0.4 });
  expect(distributions.cachedTokens).toMatchObject({ count: 2, min: 0 });
  expect(totals([silent]).cache).toEqual({ reported: 0, inputTokens: 0, cachedTokens: 0 });
});

test('what came from below the GPU is a share of the cached tokens of those that told it', () => {
  const { cache, distributions } = totals([
    turnRecord({ inputTokens: 1000, cachedTokens: 800, externalCachedTokens: 200 }),
    turnRecord({ inputTokens: 1000, cachedTokens: 200, externalCachedTokens: 0, engineQueueMs: 4 }),
    turnRecord({ inputTokens: 1000, cachedTokens: 900 }),
  ]);
  expect(cache.external).toEqual({
    ...{ reported: 2, cachedTokens: 1000, externalTokens: 200, share: 0.2 },
  });
  expect(distributions.engineQueueMs).toMatchObject({ count: 1, mean: 4 });
  expect(distributions).not.toHaveProperty('enginePrefillMs');
  const none = totals([turnRecord({ cachedTokens: 0, externalCachedTokens: 0 })]).cache.external;
  expect(none).toEqual({ reported: 1, cachedTokens: 0, externalTokens: 0 });
});

test('concurrency is weighted by time: failed requests take part, one sent as another ends is not beside it', () => {
  const at = (sentMs: number, endMs: number, status: RecordStatus = 'ok') =>
    turnRecord({ sentMs, endMs, status });
  const { concurrency } = totals([
    at(0, 4000),
    at(1000, 2000, 'http'),
    at(4000, 9000),
    at(5000, 5000),
  ]);
  expect(concurrency).toEqual({ mean: 1, peak: 2 });
  expect(totals([at(0, 4000), at(4000, 9000)]).concurrency).toEqual({ mean: 0.9, peak: 1 });
});

const dueAt = (...times: number[]) =>
  times.map((intendedMs, userId) => turnRecord({ userId, intendedMs }));
const rates = { conversationsPerSec: 1, offeredPerSec: 1 };
const SECONDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((sec) => sec * 1000);

test.each([
  // The last answer comes long after.
  [
    'ten that come by themselves, one a second',
    SECONDS,
    [{ startMs: 0, endMs: 40_000, isFinished: true }],
  ],
  ['ten until a stop cuts them off', SECONDS, [{ startMs: 0, endMs: 10_000 }]],
  [
    'a partition, which begins late',
    [5000, 6000, 7000],
    [{ startMs: 0, endMs: 9000, isFinished: true }],
  ],
  [
    'two at once every two seconds',
    [0, 0, 2000, 2000, 4000, 4000],
    [{ startMs: 0, endMs: 9000, isFinished: true }],
  ],
  [
    'five until an interrupt, and after a pause the rest',
    [0, 1000, 2000, 3000, 4000, 100_000, 101_000, 102_000],
    [
      { startMs: 0, endMs: 5000 },
      { startMs: 100_000, endMs: 150_000, isFinished: true },
    ],
  ],
])('the rates of %s are over the time in which they did', (_what, times, offering) => {
  const measured = [{ startMs: 0, endMs: 200_000 }];
  const found = totals(dueAt(...times), { measured, ...windows(...offering) }).rates;
  expect(found).toMatchObject(rates);
});

test.each([
  ['one that came by itself', [0]],
  ['several at once', [0, 0, 0]],
  ['none', []],
])('the rate of %s is unknown', (_what, times) => {
  const window = { startMs: 0, endMs: 5000, isFinished: true };
  const found = totals(dueAt(...times), { measured: [window], ...windows(window) }).rates;
  expect(found).not.toHaveProperty('conversationsPerSec');
  expect(found).not.toHaveProperty('offeredPerSec');
});

test.each([
  ['constant', [0, 1000, 2000, 3000], 0],
  // Gaps 1000 and 3000: std 1414.2, mean 2000.
  ['uneven', [0, 1000, 4000], Math.SQRT1_2],
])('the gaps of %s arrivals have their CV', (_, times, cv) => {
  const records = times.map((intendedMs, userId) => turnRecord({ userId, intendedMs }));
  const later = turnRecord({ turn: 1, intendedMs: 77 });
  expect(totals([...records, later]).arrivalGapCv).toBeCloseTo(cv, 12);
});

test('two arrivals have one gap, and no CV; the pause before a resume is no gap', () => {
  const arrivals = (times: number[]) =>
    times.map((intendedMs, userId) => turnRecord({ userId, intendedMs }));
  expect(totals(arrivals([0, 1000]))).not.toHaveProperty('arrivalGapCv');
  const measured = [
    { startMs: 0, endMs: 3000 },
    { startMs: 100_000, endMs: 103_000 },
  ];
  const resumed = totals(arrivals([0, 1000, 2000, 100_000, 101_000]), {
    measured,
    ...windows(...measured),
  });
  expect(resumed.arrivalGapCv).toBe(0);
});

test('turns per conversation counts completed turns, also of conversations that failed at once', () => {
  const { conversations } = totals([
    turnRecord({ userId: 1, turn: 0, turns: 2 }),
    turnRecord({ userId: 1, turn: 1, turns: 2 }),
    turnRecord({ userId: 2, turn: 0, turns: 2 }),
    failure('http', { userId: 2, turn: 1, turns: 2 }),
    failure('http', { userId: 3, turns: 2 }),
  ]);
  expect(conversations).toMatchObject({ seen: 3, finished: 1 });
  expect(conversations.turnsDone).toMatchObject({ count: 3, min: 0, mean: 1, max: 2 });
});

test('reasoning is noticed where output began later than the first token', () => {
  expect(totals([turnRecord()]).hasReasoning).toBe(false);
  expect(totals([turnRecord({ firstOutputMs: 1500 })]).hasReasoning).toBe(true);
  expect(totals([turnRecord({ reasoningTokens: 3 })]).hasReasoning).toBe(true);
});

const statuses = ['ok', 'ok', 'ok', 'http', 'timeout', 'cancelled', 'unsent'] as const;
const anyRecord = fc
  .record({
    userId: fc.nat(5),
    turn: fc.nat(3),
    status: fc.constantFrom(...statuses),
    phase: fc.constantFrom('measure', 'measure', 'warmup'),
    sentMs: fc.double({ min: 0, max: 9000, noNaN: true }),
    inputTokens: fc.option(fc.nat(5000), { nil: undefined }),
    cachedTokens: fc.option(fc.nat(100), { nil: undefined }),
    externalCachedTokens: fc.option(fc.nat(50), { nil: undefined }),
    engineQueueMs: fc.option(fc.nat(50), { nil: undefined }),
    reason: fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined }),
    attempts: fc.nat(3),
  })
  .map((fields) => turnRecord({ turns: 4, ...fields } as Partial<TurnRecord>));

test('any split of the records over summaries, merged in any order, gives the same result', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyRecord, fc.nat(3))), (dealt) => {
      const parts = [0, 1, 2, 3].map(() => new Summary());
      for (const [record, part] of dealt) parts[part]!.add(record);
      const [a, b, c, d] = parts as [Summary, Summary, Summary, Summary];
      d.merge(b);
      c.merge(a);
      d.merge(c);
      const whole = totals(dealt.map(([record]) => record));
      expect(withoutCertainty(d.close(time))).toEqual(withoutCertainty(whole));
    }),
  );
});

/** Which is a matter of the order in which values came, and so of time. */
function withoutCertainty(summary: unknown): unknown {
  return JSON.parse(JSON.stringify(summary, (key, value) => (key === 'certainty' ? 0 : value)));
}

test('a part shifted on the timeline keeps its latencies', () => {
  const summary = new Summary();
  for (const record of sampleRecords()) summary.add(record, 1e9);
  const { distributions } = summary.close(time);
  expect(distributions).toEqual(totals(sampleRecords()).distributions);
});

test('with a service level it is told how many requests keep it, of all parts together', () => {
  const slo = { ttftMs: 100 };
  const [first, second] = [new Summary(slo), new Summary(slo)];
  first.add(turnRecord());
  first.add(turnRecord({ firstTokenMs: 1001 + 101 }));
  second.add(turnRecord({ status: 'timeout' }));
  second.add(turnRecord({ phase: 'warmup' }));
  expect(first.close(time).goodput).toMatchObject({ good: 1, judged: 2, share: 0.5, perSec: 0.1 });
  first.merge(second);
  expect(first.close(time).goodput).toMatchObject({ good: 1, judged: 3, missed: { ttftMs: 1 } });
  expect(totals([turnRecord()])).not.toHaveProperty('goodput');
});

test('a request of the warm-up that was in flight counts among those that were, and nowhere else', () => {
  const summary = new Summary();
  summary.add(turnRecord({ sentMs: 1000, endMs: 2000 }));
  summary.addBeside(500, 3000);
  const { concurrency, counts } = summary.close(time);
  expect(concurrency).toEqual({ mean: 0.35, peak: 2 });
  expect(counts).toMatchObject({ planned: 1, warmup: 0 });
});

test('latencies of the start-up are kept apart, and its requests counted', () => {
  const summary = new Summary();
  summary.add(turnRecord({ userId: 1, endMs: 1501 }), 0, true);
  summary.add(turnRecord({ userId: 2, endMs: 1201 }));
  const other = new Summary();
  other.add(turnRecord({ userId: 3, endMs: 1801 }), 0, true);
  summary.merge(other);
  const { startUp, distributions, counts } = summary.close(time);
  expect(counts.completed).toBe(3);
  expect(distributions.latencyMs).toMatchObject({ count: 1, mean: 200 });
  // What the burst does not change is of all.
  expect(distributions.inputTokens).toMatchObject({ count: 3 });
  expect(startUp).toMatchObject({ requests: 2, whole: { latencyMs: { count: 3, mean: 500 } } });
  expect(startUp?.whole).not.toHaveProperty('inputTokens');
  expect(totals([turnRecord()])).not.toHaveProperty('startUp');
});
