import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain } from '../../src/ledger/explain.ts';
import { ledgerFigures } from '../../src/ledger/figures.ts';
import { ledgerSections } from '../../src/ledger/sections.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { sectionsText } from '../../src/report/render/text.ts';
import { header, SCENARIO, turnRecord } from '../record/sample.ts';

function runOf(records: readonly TurnRecord[], scenario = SCENARIO): Run {
  const part = {
    header: header({}, scenario),
    records: [...records],
    footer: undefined,
    leftOut: 0,
  };
  return { parts: [part], warnings: [] };
}

/** A turn of 1000 shared tokens, 32 new ones and answers of 10, at its own second. */
function at(sec: number, userId: number, turn: number, rest: Partial<TurnRecord> = {}): TurnRecord {
  return turnRecord({
    ...{ userId, turn, turns: 5, sentMs: sec * 1000, endMs: sec * 1000 + 500 },
    ...{ firstTokenMs: sec * 1000 + 100, lastTokenMs: sec * 1000 + 400 },
    ...{ inputTokens: 1032 + 42 * turn, outputTokens: 10, messageTokens: 32, sharedTokens: 1000 },
    ...rest,
  });
}

const arbitrary = fc.array(
  fc.record({
    userId: fc.integer({ min: 1, max: 3 }),
    turn: fc.integer({ min: 0, max: 4 }),
    cachedTokens: fc.option(fc.integer({ min: 0, max: 1100 }), { nil: undefined }),
    externalCachedTokens: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    reasoningTokens: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    phase: fc.constantFrom('warmup' as const, 'measure' as const),
    attempts: fc.integer({ min: 1, max: 2 }),
  }),
  { minLength: 1, maxLength: 30 },
);

test('whatever is recorded, each token is in one row: by request, turn, session and in total', () => {
  fc.assert(
    fc.property(arbitrary, (steps) => {
      const records = steps.map(({ userId, turn, ...rest }, index) =>
        at(
          index,
          userId,
          turn,
          Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
        ),
      );
      const tenanted = records.map((one) => ({ ...one, tenant: String(one.userId % 2) }));
      const { entries, total, ...by } = explain(runOf(tenanted));
      for (const { reference, causes, surplus } of entries) {
        const sum = (parts: object) => Object.values(parts).reduce((a, b) => a + b, 0);
        const found = reference.record.cachedTokens ?? 0;
        expect(found + sum(causes) - sum(surplus)).toBe(reference.inputTokens);
        expect(Math.min(0, ...Object.values(causes), ...Object.values(surplus))).toBe(0);
      }
      for (const groups of [by.byTurn, by.bySession, by.byTenant]) {
        expect(groups.reduce((sum, { sums }) => sum + sums.inputTokens, 0)).toBe(total.inputTokens);
        for (const { sums } of groups) expect(sums.residualTokens).toBe(0);
      }
      expect(total.residualTokens).toBe(0);
    }),
  );
});

test('that nothing was found is no warning where there was nothing to find', () => {
  const text = (records: TurnRecord[]) =>
    sectionsText(ledgerSections(explain(runOf(records)), 'runs/x'));
  const first = at(0, 1, 0, { cachedTokens: 0 });
  expect(text([first])).not.toContain('prefix caching');
  expect(text([first, at(1, 1, 1, { cachedTokens: 0 })])).toContain(
    'is prefix caching switched on?',
  );
});

describe('more than the ideal', () => {
  const first = at(0, 1, 0, { cachedTokens: 0 });
  const surplus = (records: readonly TurnRecord[], scenario = SCENARIO) =>
    Object.fromEntries(
      Object.entries(explain(runOf(records, scenario)).total.surplus).filter(
        ([, tokens]) => tokens,
      ),
    );

  test('at first touch, of texts that are the users own, somebody else had sent it', () => {
    const records = [
      first,
      at(1, 2, 0, { cachedTokens: 992 }),
      at(2, 3, 0, { cachedTokens: 1024 }),
    ];
    expect(surplus(records)).toEqual({ foreign: 32 });
    expect(explain(runOf(records)).contamination.foreign).toEqual({ requests: 1, tokens: 32 });
    // The first of all finds what all share: it was there.
    expect(surplus([at(0, 1, 0, { cachedTokens: 992 })])).toEqual({ foreign: 992 });
  });

  test('an attempt of its own had sent it', () => {
    expect(surplus([at(0, 1, 0, { cachedTokens: 1024, attempts: 2 })])).toEqual({
      ownAttempt: 1024,
    });
    const failed = at(0, 1, 0, { status: 'timeout' });
    expect(surplus([failed, at(1, 1, 0, { cachedTokens: 1024 })])).toEqual({ ownAttempt: 1024 });
  });

  test('one that was sent at the same time had it computed', () => {
    const beside = at(0.1, 2, 0, { cachedTokens: 0 });
    expect(surplus([at(0, 1, 0, { cachedTokens: 992 }), beside])).toEqual({ order: 992 });
  });
});

test('a replica that is told has what it was sent, and no more', () => {
  const on = (replica: string) => ({ responseHeaders: { 'x-replica': replica } });
  const records = [
    at(0, 1, 0, { cachedTokens: 0, ...on('a') }),
    at(1, 2, 0, { cachedTokens: 992, ...on('a') }),
    at(2, 1, 1, { cachedTokens: 0, ...on('b') }),
    at(3, 2, 1, { cachedTokens: 1040, ...on('a') }),
  ];
  const { total } = explain(runOf(records), { replicaHeader: 'x-replica' });
  expect(total.causes).toMatchObject({ routing: 1040, eviction: 0, unexplained: 0 });
  expect(() => explain(runOf(records), { replicaHeader: 'x-other' })).toThrow(
    "--replica-header: found no response with the header 'x-other'",
  );
});

test('of a run without counts it is said that there are none', () => {
  const ledger = explain(runOf([at(0, 1, 0, { tokensFrom: 'local' })]));
  const text = sectionsText(ledgerSections(ledger, 'runs/a'));
  expect(text).toMatch(/: 1 without\s+counts of its tokens by the engine/);
});

test('an engine that never says what it found is asked to, and has no line of observed', () => {
  const silent = [at(0, 1, 0), at(1, 1, 1)].map(({ cachedTokens: _, ...record }) => record);
  const ledger = explain(runOf(silent));
  expect(ledger.total.causes).toMatchObject({ unreported: 1040 });
  expect(sectionsText(ledgerSections(ledger, 'runs/a'))).toContain(
    '--enable-prompt-tokens-details',
  );
  const [byTurn] = ledgerFigures(ledger);
  expect(byTurn!.series.map(({ name }) => name)).toEqual([
    'ideal',
    'prompts alone',
    'shared alone',
  ]);
});
