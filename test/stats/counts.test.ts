import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordStatus, TurnRecord } from '../../src/record/record.ts';
import { Counts, type Ending } from '../../src/stats/counts.ts';
import { turnRecord } from '../record/sample.ts';

function countsOf(records: readonly TurnRecord[]): Counts {
  const counts = new Counts();
  for (const record of records) counts.add(record);
  return counts;
}

const STATUSES = [
  ...(['ok', 'http', 'timeout', 'connect', 'protocol', 'client', 'cancelled', 'unsent'] as const),
] satisfies RecordStatus[];
const FAILED = ['http', 'timeout', 'connect', 'protocol', 'client'] as const;

const optional = <T>(...values: T[]) => fc.constantFrom(undefined, ...values);
const anyRecord = fc
  .record({
    status: fc.constantFrom(...STATUSES, ...Array<'ok'>(8).fill('ok')),
    phase: fc.constantFrom('measure', 'measure', 'warmup'),
    attempts: fc.nat(3),
    reconnects: fc.nat(2),
    tokensFrom: fc.constantFrom('usage', 'local'),
    finishReason: optional('stop', 'length', 'eos'),
    remarks: fc.array(fc.constantFrom('odd', 'told twice: b', 'told twice: a'), { maxLength: 2 }),
    httpStatus: optional(429, 503),
    reason: optional('b: c', 'a'),
  })
  .map((fields) => turnRecord(fields as Partial<TurnRecord>));

/** How often each is there, the most frequent first, else by name. */
function tally(names: readonly string[]): [name: string, count: number][] {
  return [...new Set(names)]
    .map((name): [string, number] => [name, names.filter((one) => one === name).length])
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
}

function endings(all: readonly (readonly [kind: string, example?: string])[]): Ending[] {
  return tally(all.map(([kind]) => kind)).map(([kind, count]) => {
    const examples = all.flatMap(([of, example]) => (of === kind && example ? [example] : []));
    const [example] = examples.sort();
    return { kind, count, ...(example && { example }) };
  });
}

/** Straight from what the fields say that they are. */
function expected(records: readonly TurnRecord[]) {
  const measured = records.filter(({ phase }) => phase === 'measure');
  const warmup = records.filter(({ phase }) => phase === 'warmup');
  const have = (status: RecordStatus) => measured.filter((one) => one.status === status);
  const failed = FAILED.flatMap(have);
  const ok = have('ok');
  const reasons = ok.flatMap(({ finishReason }) => finishReason ?? []);
  const remarks = ok.flatMap((record) => record.remarks ?? []);
  const sum = (of: (record: TurnRecord) => number) =>
    measured.reduce((total, record) => total + of(record), 0);
  return {
    planned: measured.length,
    completed: ok.length,
    failed: failed.length,
    failedByKind: Object.fromEntries(
      FAILED.filter((kind) => kind !== 'client' || have(kind).length > 0).map((kind) => [
        ...[kind, have(kind).length],
      ]),
    ),
    cancelled: have('cancelled').length,
    unsent: have('unsent').length,
    ...(ok.length + failed.length > 0 && {
      errorRate: failed.length / (ok.length + failed.length),
    }),
    endings: endings(
      measured
        .filter(({ status }) => status !== 'ok')
        .map(({ status, httpStatus, reason }) => [
          httpStatus === undefined ? status : `${status} ${httpStatus}`,
          ...(reason === undefined ? [] : [reason]),
        ]) as [string, string?][],
    ),
    ...(reasons.length > 0 && { finishReasons: Object.fromEntries(tally(reasons)) }),
    ...(remarks.length > 0 && {
      remarks: endings(remarks.map((remark) => remark.split(': ') as [string, string?])),
    }),
    retried: sum(({ attempts }) => Number(attempts > 1)),
    retries: sum(({ attempts }) => Math.max(0, attempts - 1)),
    reconnects: sum(({ reconnects }) => reconnects),
    countedLocally: ok.filter(({ tokensFrom }) => tokensFrom === 'local').length,
    warmup: warmup.length,
    warmupFailed: warmup.filter(({ status }) => FAILED.some((one) => one === status)).length,
  };
}

test('counts are those of a plain list, of all records or of parts that are merged', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 12, size: 'max' }), fc.nat(12), (records, at) => {
      const whole = countsOf(records).close();
      expect(whole).toEqual(expected(records));
      expect(Object.keys(whole.finishReasons ?? {})).toEqual(
        Object.keys(expected(records).finishReasons ?? {}),
      );
      const merged = countsOf(records.slice(0, at));
      merged.merge(countsOf(records.slice(at)));
      expect(merged.close()).toEqual(whole);
    }),
    { numRuns: 200 },
  );
});

test('what was played again is planned once', () => {
  const counts = countsOf([turnRecord(), turnRecord(), turnRecord()]);
  expect(counts.close(2)).toMatchObject({ planned: 1, playedAgain: 2, completed: 3 });
  expect(counts.close(1)).toMatchObject({ planned: 2, playedAgain: 1 });
  expect(counts.close()).not.toHaveProperty('playedAgain');
});

test('a remark is what, and which, however many colons that has', () => {
  const { remarks } = countsOf([turnRecord({ remarks: ['what: a: b', 'else'] })]).close();
  expect(remarks).toEqual([
    { kind: 'else', count: 1 },
    { kind: 'what', count: 1, example: 'a: b' },
  ]);
});

test('thirty finish reasons are told apart, and all beyond are others', () => {
  const named = (count: number) =>
    countsOf(Array.from({ length: count }, (_, i) => turnRecord({ finishReason: `r${i}` })));
  expect(named(30).close().finishReasons).not.toHaveProperty('(others)');
  expect(named(33).close().finishReasons).toMatchObject({ '(others)': 3, r0: 1, r29: 1 });
  const both = named(33);
  both.merge(named(31));
  expect(both.close().finishReasons).toMatchObject({ '(others)': 4, r0: 2, r29: 2 });
});
