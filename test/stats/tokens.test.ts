import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TurnRecord } from '../../src/record/record.ts';
import { Tokens } from '../../src/stats/tokens.ts';
import { turnRecord } from '../record/sample.ts';

function tokensOf(records: readonly TurnRecord[]): Tokens {
  const tokens = new Tokens();
  for (const record of records) tokens.add(record);
  return tokens;
}

const count = (...counts: number[]) => fc.constantFrom(undefined, ...counts);
const anyRecord = fc
  .record({
    status: fc.constantFrom('ok', 'ok', 'ok', 'timeout', 'cancelled'),
    inputTokens: count(0, 10, 30),
    outputTokens: count(0, 3),
    cachedTokens: count(0, 8),
    externalCachedTokens: count(0, 2),
  })
  .map((fields) => turnRecord(fields as Partial<TurnRecord>));

const sum = (counts: readonly (number | undefined)[]) =>
  counts.reduce<number>((total, one) => total + (one ?? 0), 0);

/** Unknown, if there were some and all are. */
const sumOf = (counts: readonly (number | undefined)[]) =>
  counts.length > 0 && counts.every((one) => one === undefined) ? undefined : sum(counts);

function expected(records: readonly TurnRecord[]) {
  const ok = records.filter(({ status }) => status === 'ok');
  const told = ok.filter(
    ({ inputTokens, cachedTokens }) => inputTokens !== undefined && cachedTokens !== undefined,
  );
  const split = ok.filter(
    (one) => one.cachedTokens !== undefined && one.externalCachedTokens !== undefined,
  );
  const inputTokens = sum(told.map((one) => one.inputTokens));
  const cachedTokens = sum(told.map((one) => one.cachedTokens));
  const splitTokens = sum(split.map((one) => one.cachedTokens));
  const externalTokens = sum(split.map((one) => one.externalCachedTokens));
  const external = {
    ...{ reported: split.length, cachedTokens: splitTokens, externalTokens },
    ...(splitTokens > 0 && { share: externalTokens / splitTokens }),
  };
  return {
    inputTokens: sumOf(ok.map((one) => one.inputTokens)),
    outputTokens: sumOf(ok.map((one) => one.outputTokens)),
    cache: {
      ...{ reported: told.length, inputTokens, cachedTokens },
      ...(inputTokens > 0 && { share: cachedTokens / inputTokens }),
      ...(split.length > 0 && { external }),
    },
  };
}

test('sums are those of a plain list, of all records or of parts that are merged', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 6 }), fc.nat(6), (records, at) => {
      const whole = tokensOf(records).close();
      expect(whole).toEqual(expected(records));
      const merged = tokensOf(records.slice(0, at));
      merged.merge(tokensOf(records.slice(at)));
      expect(merged.close()).toEqual(whole);
    }),
    { numRuns: 200 },
  );
});
