import { expect, test } from 'vitest';
import type { RunHeader, TurnRecord } from '../../src/record/record.ts';
import { contaminationSections } from '../../src/report/contamination.ts';
import { sectionsText } from '../../src/report/render/text.ts';
import { summarise } from '../../src/report/run-summary.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { header, SCENARIO, turnRecord } from '../record/sample.ts';

function found(
  records: readonly TurnRecord[],
  fields: Partial<RunHeader> = {},
  scenario: ScenarioInput = SCENARIO,
) {
  const part = {
    header: header(fields, scenario),
    records: [...records],
    footer: undefined,
    leftOut: 0,
  };
  return summarise({ parts: [part], warnings: [] }).contamination;
}

const first = (userId: number, rest: Partial<TurnRecord> = {}) =>
  turnRecord({ userId, turn: 0, sharedTokens: 1000, cachedTokens: 992, ...rest });

test('first turns that found more than all share, and a template, are counted', () => {
  expect(found([first(1), first(2, { cachedTokens: 1056 })])).toBeUndefined();
  const dirty = [first(1, { cachedTokens: 1520 }), first(2), first(3, { cachedTokens: 1504 })];
  expect(found(dirty)).toEqual({ firstTouch: { requests: 2, tokens: 1024 } });
  expect(found(dirty.map((one) => ({ ...one, attempts: 2 })))).toBeUndefined();
});

test('texts of a data set may be alike: nobody is blamed for that', () => {
  const conversation = { source: 'sharegpt', sharegpt: { file: 'a.json' } } as const;
  const scenario = { ...SCENARIO, conversation };
  expect(found([first(1, { cachedTokens: 1520 })], {}, scenario)).toBeUndefined();
});

test('what the warm-up had played is counted for itself, and is no warning', () => {
  const again = [
    first(1, { phase: 'warmup', sentMs: 0 }),
    first(1, { cachedTokens: 1504, sentMs: 900 }),
  ];
  const contamination = found(again);
  expect(contamination).toEqual({ warmup: { requests: 1, tokens: 504 } });
  const [section] = contaminationSections(contamination);
  expect(section).not.toHaveProperty('isWarning');
});

test('the report begins with it', () => {
  const earlierRun = { dir: 'runs/a', agoMs: 90_000, prompts: 16, ofPrompts: 16, isShared: true };
  const contamination = found([first(1, { cachedTokens: 1520 })], { earlierRun });
  expect(sectionsText(contaminationSections(contamination))).toMatchInlineSnapshot(`
    "WARNING: the cache was not empty: what was found in it is not all of this run.
      1 first turn found 520 tokens in the cache that nobody in this run had sent:
      an earlier run had, or somebody else
      an earlier run sent this server 16 of the first 16 prompts, and the shared
      system prompt, 1 min 30 s before: runs/a
      Empty it before a run, or keep runs apart with --isolate salt (or marker)."
  `);
});

test('an earlier run of which the first request found nothing was not in the cache any more', () => {
  const earlierRun = { dir: 'runs/a', agoMs: 90_000, prompts: 16, ofPrompts: 16, isShared: true };
  const emptied = [first(1, { cachedTokens: 0, sentMs: 0 }), first(2, { sentMs: 900 })];
  expect(found(emptied, { earlierRun })).toBeUndefined();
  // It did not say.
  const { cachedTokens: _, ...silent } = emptied[0]!;
  expect(found([silent], { earlierRun })).toEqual({ earlierRun });
  // In the warm-up as well; nothing is said by a request that the earlier run may not have sent.
  const warm = emptied.map(
    (one, index) => ({ ...one, phase: index ? 'measure' : 'warmup' }) as const,
  );
  expect(found(warm, { earlierRun })).toBeUndefined();
  const some = { ...earlierRun, prompts: 3, isShared: false };
  expect(found(emptied, { earlierRun: some })).toEqual({ earlierRun: some });
});

test('without anything there is nothing to say', () => {
  expect(contaminationSections(undefined)).toEqual([]);
});
