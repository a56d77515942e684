import type { Side } from './compared-run.ts';
import type { Comparison } from './comparison.ts';
import type { JudgedRow } from './judge.ts';
import { nameOf, unitOf } from './measure-name.ts';

/** The comparison as JSON: every number with its interval, in its own unit; shares and changes are 0 to 1. */
export function comparisonJson({
  baseline,
  compared,
  verdicts,
  margin,
  tests,
}: Comparison): string {
  const json = {
    baseline: sideJson(baseline),
    margin,
    testedTogether: tests,
    compared: compared.map(({ side, pairs, rows, refusals, leftOut }) => ({
      ...sideJson(side),
      isPaired: pairs !== undefined,
      ...(pairs && {
        requestsInBoth: pairs.reduce((sum, { requests }) => sum + requests.pairs, 0),
      }),
      refusals,
      leftOut,
      numbers: rows.map((row) => numberJson(row)),
    })),
    limits: verdicts,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function numberJson(row: JudgedRow) {
  const { measure, better, a, b, difference, finding, because } = row;
  return {
    name: nameOf(measure),
    unit: unitOf(measure),
    ...(better && { better }),
    a,
    b,
    ...(difference && {
      difference: difference.difference,
      differenceInterval95: finite(difference.interval95),
      ...(difference.ratio && {
        change: difference.ratio.value - 1,
        changeInterval95: finite(difference.ratio.interval95.map((ratio) => ratio - 1)),
      }),
      pValue: difference.pValue,
      effectiveCount: difference.effectiveCount,
      isReliable: difference.isReliable,
    }),
    finding,
    ...(because !== undefined && { because }),
  };
}

/** JSON has no infinity: an end that is not known is null. */
function finite(ends: readonly number[]): (number | null)[] {
  return ends.map((end) => (Number.isFinite(end) ? end : null));
}

function sideJson({ name, runs }: Side) {
  return {
    side: name,
    runs: runs.map(({ path, tool, says, records, workloadDigest, confab }) => ({
      path,
      tool,
      says,
      requests: records.length,
      ...(workloadDigest !== undefined && { workloadDigest }),
      ...(confab !== undefined && { confab }),
    })),
  };
}
