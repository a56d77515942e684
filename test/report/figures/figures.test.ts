import { expect, test } from 'vitest';
import type { RunPart } from '../../../src/record/journal-reader.ts';
import type { TurnRecord } from '../../../src/record/record.ts';
import type { Run } from '../../../src/record/run-folder.ts';
import type { Figure } from '../../../src/report/figures/figure.ts';
import { FIGURES, figuresOf } from '../../../src/report/figures/figures.ts';
import { mergeRuns, summarise } from '../../../src/report/run-summary.ts';
import {
  footer,
  header,
  ORIGIN_EPOCH_MS,
  samplePart,
  sampleRecords,
  turnRecord,
} from '../../record/sample.ts';

/** Ten seconds of measuring, the last two of them draining, in stretches of 100 ms. */
const TEN_SEC = footer({ measureStartMs: 1000, measureEndMs: 11_000, drainStartMs: 9000 });

const partOf = (records: readonly TurnRecord[], more: Partial<RunPart> = {}): RunPart =>
  samplePart({ records, footer: TEN_SEC, ...more });

const runOf = (...parts: RunPart[]): Run => ({ parts, warnings: [] });

function figure(name: string, run: Run): Figure {
  const { title, make } = FIGURES.find((row) => row.name === name)!;
  return { name, title, ...make(run, summarise(run)) };
}

/** The points of one series; undefined if it is not there. */
function pointsOf({ series }: Figure, name: string) {
  return series.find((one) => one.name === name)?.points;
}

/** A request that was sent and had its first token and its end so many milliseconds later. */
const request = (userId: number, sentMs: number, ttft: number, latency: number, more = {}) =>
  turnRecord({
    userId,
    sentMs,
    intendedMs: sentMs,
    firstTokenMs: sentMs + ttft,
    endMs: sentMs + latency,
    ...more,
  });

const failed = (userId: number, sentMs: number, latency: number): TurnRecord => {
  const { firstTokenMs: _, inputTokens: __, cachedTokens: ___, ...rest } = turnRecord({ sentMs });
  return { ...rest, userId, status: 'timeout', intendedMs: sentMs, endMs: sentMs + latency };
};

test('TTFT over time: percentiles of those sent in a stretch, and no point where none was', () => {
  const run = runOf(
    partOf([
      request(1, 1000, 100, 200),
      request(2, 1050, 300, 400),
      request(3, 1310, 50, 60),
      failed(4, 1500, 10),
    ]),
  );
  const ttft = figure('ttft-over-time', run);
  expect(ttft).toMatchObject({ kind: 'step', x: { unit: 's', step: 0.1 }, y: { unit: 'ms' } });
  expect(pointsOf(ttft, 'p50')).toEqual([
    [0, 200],
    [0.3, 50],
  ]);
  expect(pointsOf(ttft, 'p90')).toEqual([
    [0, 280],
    [0.3, 50],
  ]);
  expect(pointsOf(ttft, 'p99')).toEqual([
    [0, 298],
    [0.3, 50],
  ]);
});

test('the distribution of few times has every one of them, as the share that took no longer', () => {
  const latencies = [400, 100, 200].map((ms, index) => request(index, 1000, ms / 2, ms));
  const run = runOf(partOf([...latencies, failed(9, 1000, 1)]));
  expect(pointsOf(figure('latency-cdf', run), 'from sent')).toEqual([
    [100, 0],
    [200, 0.5],
    [400, 1],
  ]);
  const late = runOf(partOf([request(1, 1000, 50, 60, { intendedMs: 990 })]));
  const ttft = figure('ttft-cdf', late);
  expect(pointsOf(ttft, 'from sent')).toEqual([
    [50, 0],
    [50, 1],
  ]);
  expect(pointsOf(ttft, 'from intended')).toEqual([
    [60, 0],
    [60, 1],
  ]);
});

test('the distribution of many times has their percentiles, the tail as far as there are values', () => {
  const of = (count: number) => {
    const records = Array.from({ length: count }, (_, i) => request(i, 1000, i + 1, 20_000));
    return figure('ttft-cdf', runOf(partOf(records)));
  };
  const ttft = of(10_001);
  const points = pointsOf(ttft, 'from sent')!;
  expect(points).toHaveLength(203);
  const shares = new Map(points.map(([ms, share]) => [share, ms]));
  expect([0, 0.5, 0.995, 0.999, 0.9999, 1].map((share) => shares.get(share)!)).toEqual([
    1,
    5001,
    expect.closeTo(9951, 6),
    expect.closeTo(9991, 6),
    expect.closeTo(10_000, 6),
    10_001,
  ]);
  expect(ttft.x.scale).toBe('log');
  expect(
    pointsOf(of(999), 'from sent')!
      .map(([, share]) => share)
      .slice(-2),
  ).toEqual([0.995, 1]);
});

test('the scale is linear where some times are 0', () => {
  const run = runOf(partOf([request(1, 1000, 0, 1000), request(2, 1000, 900, 1000)]));
  expect(figure('ttft-cdf', run).x.scale).toBeUndefined();
});

test('cached share by round: what was found, and what could have been', () => {
  const first = request(1, 1000, 10, 20, { turns: 2, inputTokens: 1000, cachedTokens: 0 });
  const second = { turn: 1, turns: 2, inputTokens: 1100, cachedTokens: 880 };
  const cached = figure(
    'cached-share-by-round',
    runOf(partOf([first, request(1, 2000, 10, 20, second)])),
  );
  expect(pointsOf(cached, 'observed')).toEqual([
    [1, 0],
    [2, 0.8],
  ]);
  // floor((1000 + 10 - 1) / 16) blocks of 16.
  expect(pointsOf(cached, 'ideal')).toEqual([
    [1, 0],
    [2, 1008 / 1100],
  ]);
});

test('a share that no engine reported is absent', () => {
  const run = runOf(partOf([request(1, 1000, 10, 20, { cachedTokens: undefined })]));
  const cached = figure('cached-share-by-round', run);
  expect(cached.series.map(({ name }) => name)).toEqual(['ideal']);
});

test('more rounds than one can see are taken together', () => {
  const records = Array.from({ length: 300 }, (_, turn) =>
    request(1, 1000 + turn, 1, 1, { turn, turns: 300 }),
  );
  const cached = figure('cached-share-by-round', runOf(partOf(records)));
  const rounds = pointsOf(cached, 'observed')!.map(([round]) => round);
  expect(rounds.slice(18)).toEqual([19, 20, 21, 41, 81, 161]);
  expect(cached.notes.join()).toContain('taken together');
});

test('concurrency: averages over each stretch, of failures too; think time is part of a conversation', () => {
  const run = runOf(
    partOf([
      request(1, 1000, 10, 150, { turns: 2 }),
      request(1, 1350, 10, 50, { turn: 1, turns: 2 }),
      failed(2, 1100, 25),
    ]),
  );
  const concurrency = figure('concurrency', run);
  expect(pointsOf(concurrency, 'requests in flight')!.slice(0, 5)).toEqual([
    [0, 1],
    [0.1, 0.75],
    [0.2, 0],
    [0.3, 0.5],
    [0.4, 0],
  ]);
  expect(pointsOf(concurrency, 'active conversations')!.slice(0, 5)).toEqual([
    [0, 1],
    [0.1, 1.25],
    [0.2, 1],
    [0.3, 1],
    [0.4, 0],
  ]);
  expect(pointsOf(concurrency, 'requests in flight')).toHaveLength(100);
});

test('rates: what fell due until the drain, and what ended when', () => {
  const unsent = { status: 'unsent', sentMs: undefined, endMs: undefined } as const;
  const run = runOf(
    partOf([
      request(1, 1000, 10, 150, { turns: 2 }),
      request(1, 1020, 10, 100, { turn: 1, turns: 2 }),
      failed(2, 1010, 10),
      { ...request(3, 8950, 1, 1), ...unsent },
      { ...request(4, 9500, 1, 1), ...unsent },
    ]),
  );
  const rates = figure('rates', run);
  const above = (name: string) => pointsOf(rates, name)!.filter(([, y]) => y !== 0);
  expect(rates.y.unit).toBe('/s');
  expect(above('conversations arrived')).toEqual([
    [0, 20],
    [7.9, 10],
  ]);
  expect(above('requests due')).toEqual([
    [0, 30],
    [7.9, 10],
  ]);
  expect(above('completed')).toEqual([[0.1, 20]]);
  expect(above('failed')).toEqual([[0, 10]]);
});

test('what is due, completed and active adds up to what the summary says', () => {
  const run = runOf(samplePart());
  const { rates, concurrency } = summarise(run);
  const mean = (name: string, series: string, of = 120) => {
    const { x, ...found } = figure(name, run);
    return (pointsOf(found as Figure, series)!.reduce((sum, [, y]) => sum + y, 0) * x.step!) / of;
  };
  expect(mean('rates', 'requests due', 110)).toBeCloseTo(rates.offeredPerSec!, 9);
  expect(mean('rates', 'conversations arrived', 110)).toBeCloseTo(rates.conversationsPerSec!, 9);
  expect(mean('rates', 'completed')).toBeCloseTo(rates.achievedPerSec!, 9);
  expect(mean('concurrency', 'requests in flight')).toBeCloseTo(concurrency.mean!, 9);
});

test('TTFT by input tokens: a point a request, first rounds apart', () => {
  const later = { turn: 1, turns: 2, inputTokens: 300 };
  const run = runOf(
    partOf([
      request(2, 1000, 70, 80, { inputTokens: 200 }),
      request(1, 1000, 40, 80, { inputTokens: 100 }),
      request(1, 2000, 30, 80, later),
      request(3, 2000, 30, 80, { inputTokens: undefined }),
      failed(4, 1000, 10),
    ]),
  );
  const scatter = figure('ttft-by-input-tokens', run);
  expect(scatter.series).toEqual([
    {
      name: 'round 1',
      points: [
        [100, 40],
        [200, 70],
      ],
    },
    { name: 'later rounds', points: [[300, 30]] },
  ]);
  expect(scatter.notes).toEqual(['Of completed requests.']);
});

test('of many requests the cloud is a sample, which it says and which no order of records changes', () => {
  const records = Array.from({ length: 5000 }, (_, i) =>
    request(i, 1000, 1 + (i % 97), 200, { inputTokens: i }),
  );
  const scatter = figure('ttft-by-input-tokens', runOf(partOf(records)));
  expect(pointsOf(scatter, 'round 1')).toHaveLength(2000);
  expect(scatter.notes).toContain('round 1: a sample of 2000 of 5000 requests.');
  const backwards = figure('ttft-by-input-tokens', runOf(partOf(records.toReversed())));
  expect(backwards).toEqual(scatter);
});

test('of a run in which nothing was sent all figures are there, and nothing is in them', () => {
  const figures = figuresOf(...madeOf(runOf(partOf([]))));
  expect(figures.map(({ name }) => name)).toEqual(
    FIGURES.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
  );
  expect(figures.flatMap(({ series }) => series)).toEqual([]);
  const timeless = runOf(partOf([], { footer: { ...TEN_SEC, measureEndMs: 1000 } }));
  expect(figuresOf(...madeOf(timeless)).flatMap(({ series }) => series)).toEqual([]);
});

test('a run of failures alone has rates and concurrency, but no latency and no share', () => {
  const run = runOf(partOf([failed(1, 1000, 100), failed(2, 1000, 100)]));
  const filled = figuresOf(...madeOf(run)).filter(({ series }) => series.length);
  expect(filled.map(({ name }) => name)).toEqual(['progress', 'concurrency', 'rates', 'lateness']);
  expect(pointsOf(figure('rates', run), 'completed')!.every(([, y]) => y === 0)).toBe(true);
});

test('of a run that took no time at all, what needs none is there', () => {
  const records = [request(1, 1000, 0, 0)];
  const run = runOf(partOf(records, { footer: { ...TEN_SEC, measureEndMs: 1000 } }));
  const filled = figuresOf(...madeOf(run)).filter(({ series }) => series.length);
  expect(filled.map(({ name }) => name)).toEqual([
    'ttft-cdf',
    'latency-cdf',
    'tpot-cdf',
    'ttft-by-round',
    'cached-share-by-round',
    'ttft-by-cached-share',
    'ttft-by-input-tokens',
  ]);
});

test('a resume goes on where the run ended, and the figures over time say so', () => {
  const resumed = partOf([request(2, 1000, 30, 40)], {
    header: header({ part: 1, originEpochMs: ORIGIN_EPOCH_MS + 3_600_000 }),
  });
  const run = runOf(partOf([request(1, 1000, 10, 20)]), resumed);
  const ttft = figure('ttft-over-time', run);
  expect(ttft.x.step).toBe(0.2);
  expect(pointsOf(ttft, 'p50')).toEqual([
    [0, 10],
    [10, 30],
  ]);
  const notes = 'The run was resumed: the time between its parts is cut out.';
  for (const name of ['ttft-over-time', 'concurrency', 'rates']) {
    expect(figure(name, run).notes).toContain(notes);
  }
});

test('a part that was killed has the times of its records', () => {
  const records = [request(1, 3000, 10, 20), request(2, 3980, 10, 20)];
  const ttft = figure('ttft-over-time', runOf(partOf(records, { footer: undefined })));
  expect(ttft.x.step).toBe(0.01);
  expect(pointsOf(ttft, 'p50')).toEqual([
    [0, 10],
    [0.98, 10],
  ]);
});

test('the figures of two partitions are those of the one run that they are', () => {
  const records = sampleRecords();
  const half = (remainder: number) =>
    runOf(samplePart({ records: records.filter(({ userId }) => userId % 2 === remainder) }));
  const merged = mergeRuns([half(0), half(1)]);
  expect(figuresOf(...madeOf(merged))).toEqual(
    figuresOf(...madeOf(runOf(samplePart({ records })))),
  );
});

function madeOf(run: Run) {
  return [run, summarise(run)] as const;
}
