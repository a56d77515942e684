import { expect, test } from 'vitest';
import { sectionsText } from '../../../src/report/render/text.ts';
import { boundOf } from '../../../src/sweep/find-max/bound.ts';
import type { Estimate } from '../../../src/sweep/find-max/estimate.ts';
import type { Searched, SearchRun } from '../../../src/sweep/find-max/find-max.ts';
import { searchSection } from '../../../src/sweep/find-max/text.ts';

const wall = (isBeyond: boolean): Estimate => ({ kind: 'fact', isBeyond });
const open: Estimate = { kind: 'ratio', y: 5 };

/** A search that ended with these loads, one run each. */
function answerOf(loads: readonly (readonly [x: number, Estimate])[], isWhole = true): string {
  const runs = loads.map(
    ([x, one]): SearchRun => ({
      ...{ x, estimates: [one] },
      result: { readings: {} } as SearchRun['result'],
    }),
  );
  const at = (isBeyond: boolean) =>
    loads.filter(([, one]) => one.kind === 'fact' && one.isBeyond === isBeyond).map(([x]) => x);
  const [within, beyond] = [at(false).at(-1), at(true)[0]];
  const searched: Searched = {
    outcome: 'ok',
    runs,
    found: {
      ...{ visits: runs, bound: boundOf(runs)!, endedBy: 'runs' },
      ...(within !== undefined && { within }),
      ...(beyond !== undefined && { beyond }),
    },
  };
  const settings = {
    ...{ start: 1, min: 1, max: 100, isWhole, precision: 0.05 },
    ...{ repeatsMax: 6, runsMax: 3, isRemembering: false },
  };
  const shown = { name: 'users', settings, searched, limits: ['ttft.p95 <= 200'], columns: [] };
  return sectionsText([searchSection(shown)]);
}

test.each([
  ['32, as 33 is beyond', [[32, wall(false)] as const, [33, wall(true)] as const]],
  ['between 32 and 64\n', [[32, wall(false)] as const, [64, wall(true)] as const]],
  ['between 32 and 64, which is undecided', [[32, wall(false)] as const, [64, open] as const]],
])('says of a bound what is known of both of its ends: %s', (says, loads) => {
  expect(answerOf(loads)).toContain(`Largest users within ttft.p95 <= 200: ${says}`);
});
