import { expect, test } from 'vitest';
import { liveChapters } from '../../src/live/live-chapters.ts';
import { LiveFold } from '../../src/live/live-fold.ts';
import { LogHistogram } from '../../src/live/log-histogram.ts';
import { TimeFold } from '../../src/live/time-fold.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { answeredTurn } from '../support/turn-record.ts';

class Sum {
  value = 0;
  merge({ value }: Sum): void {
    this.value += value;
  }
}

test('a histogram’s quantiles are within 1 %, merged ones too', () => {
  const [even, odd] = [new LogHistogram(), new LogHistogram()];
  for (let ms = 1; ms <= 1000; ms++) (ms % 2 ? odd : even).add(ms);
  even.merge(odd);
  even.add(undefined);
  expect(even.count).toBe(1000);
  for (const share of [0.5, 0.9, 0.99]) {
    const exact = 1 + share * 999;
    expect(Math.abs(even.quantile(share)! / exact - 1)).toBeLessThan(0.02);
  }
  expect(new LogHistogram().quantile(0.5)).toBeUndefined();
});

test('stretches of time double where a run goes on, and lose nothing', () => {
  const fold = new TimeFold(500, () => new Sum(), 4, 1000);
  expect(fold.at(499)).toBeUndefined();
  for (let second = 0; second < 10; second++) fold.at(500 + second * 1000)!.value += 1;
  expect(fold.widthMs).toBe(4000);
  expect(fold.points(({ value }) => value)).toEqual([
    [0, 4],
    [4, 4],
    [8, 2],
  ]);
});

test('a stretch in which nothing was has no point', () => {
  const fold = new TimeFold(0, () => new Sum());
  fold.at(0)!.value = 1;
  fold.at(3000)!.value = 2;
  expect(fold.points(({ value }) => value)).toEqual([
    [0, 1],
    [3, 2],
  ]);
});

function record(turn: number, sentMs: number, more: Partial<TurnRecord> = {}): TurnRecord {
  return answeredTurn({
    ...{ userId: 0, turn, turns: 30 },
    ...{ sentMs, firstTokenMs: sentMs + 100, lastTokenMs: sentMs + 300, endMs: sentMs + 300 },
    ...{ chunks: 11, inputTokens: 200, cachedTokens: 50, outputTokens: 11 },
    ...more,
  });
}

test('records are counted where they were sent and where they ended, by round, failures by kind', () => {
  const fold = new LiveFold(1000);
  fold.add(record(0, 500, { phase: 'warmup' }));
  fold.add(record(0, 1000));
  fold.add(record(1, 1900));
  fold.add(record(1, 2000, { status: 'timeout' }));
  fold.add(record(40, 2500));
  fold.sample(2000, { inFlight: 3, activeUsers: 5, busy: 0.25, longestDelayMs: 7 });
  fold.sample(2500, { inFlight: 5, activeUsers: 5, busy: 0.75, longestDelayMs: 3 });
  expect(fold.time.points(({ sent }) => sent)).toEqual([
    [0, 2],
    [1, 2],
  ]);
  expect(fold.time.points(({ completed }) => completed)).toEqual([
    [0, 1],
    [1, 2],
  ]);
  expect(fold.time.points((stretch) => stretch.mean('inFlight'))).toEqual([[1, 4]]);
  expect(fold.time.points((stretch) => stretch.max('longestDelayMs'))).toEqual([[1, 7]]);
  expect([...fold.failures]).toEqual([['timeout', 1]]);
  expect(fold.rounds[1]).toMatchObject({ completed: 1, failed: 1, cachedShare: 0.25 });
  expect(fold.rounds.at(-1)!.completed).toBe(1);
  expect(fold.hasLaterRounds).toBe(true);
});

test('chapters have what is known, and no picture of what is not', () => {
  const progress = { lines: ['all is well'] };
  expect(liveChapters(progress, undefined).map(({ id }) => id)).toEqual(['report']);
  const fold = new LiveFold(0);
  fold.add(record(0, 0, { cachedTokens: undefined }));
  const names = (of: LiveFold) =>
    liveChapters(progress, of).flatMap(({ figures = [] }) => figures.map(({ name }) => name));
  expect(names(fold)).toContain('ttft-by-round');
  expect(names(fold)).not.toContain('cached-share-over-time');
  expect(names(fold)).not.toContain('kv-usage');
  fold.sample(0, { inFlight: 1, activeUsers: 1, busy: 0, longestDelayMs: 0, kvUsage: 0.5 });
  fold.add(record(0, 0));
  expect(names(fold)).toEqual(expect.arrayContaining(['cached-share-over-time', 'kv-usage']));
});
