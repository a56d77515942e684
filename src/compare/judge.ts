import type { Difference } from './difference.ts';
import type { Row } from './rows.ts';

/** What can be said of a number of B beside that of A. */
export type Finding = 'better' | 'worse' | 'higher' | 'lower' | 'notDifferent' | 'cannotTell';

export interface JudgedRow extends Row {
  readonly finding: Finding;
  /** Why nothing can be said. */
  readonly because?: string;
}

/** All that is found is right with a confidence of 95 %. */
const ALPHA = 0.05;

/**
 * A difference counts if it would be found by chance in less than 5 % of comparisons without any, however many
 * numbers they have: Holm's (1979) step-down test of all rows that have enough values, over all sides that are
 * compared with A. A number that does not differ is one whose 95 % interval lies within the margin on both sides
 * (two one-sided tests; Schuirmann 1987). Of any other nothing is said.
 *
 * @param tables the rows of each side beside A
 * @param margin of the change, as a share: 0.05
 */
export function judged(tables: readonly (readonly Row[])[], margin: number): JudgedRow[][] {
  const found = foundBy(tables.flat().filter(isTested));
  return tables.map((rows) =>
    rows.map((row) => {
      const { difference, lacks } = row;
      if (!difference) return { ...row, finding: 'cannotTell', ...(lacks && { because: lacks }) };
      if (difference.difference === 0 && isExact(difference)) {
        return { ...row, finding: 'notDifferent' };
      }
      if (found.has(row) || (isExact(difference) && difference.isReliable)) {
        return { ...row, finding: directionOf(row, difference) };
      }
      if (!difference.isReliable) {
        return { ...row, finding: 'cannotTell', because: 'too few' };
      }
      return isWithin(difference, margin)
        ? { ...row, finding: 'notDifferent' }
        : { ...row, finding: 'cannotTell' };
    }),
  );
}

/** It may be chance that there is a difference. */
export function isTested({ difference }: Row): boolean {
  return !!difference?.isReliable && !isExact(difference);
}

/** Holm: the k-th least of m p-values must be below alpha / (m - k + 1), as must all before it. */
function foundBy(rows: readonly Row[]): ReadonlySet<Row> {
  const found = new Set<Row>();
  const inOrder = rows.toSorted((a, b) => pValueOf(a) - pValueOf(b));
  for (const [index, row] of inOrder.entries()) {
    if (pValueOf(row) * (inOrder.length - index) >= ALPHA) break;
    found.add(row);
  }
  return found;
}

function pValueOf({ difference }: Row): number {
  return difference?.pValue ?? 1;
}

function directionOf({ better }: Row, { difference }: Difference): Finding {
  const way = difference < 0 ? 'lower' : 'higher';
  if (better === undefined) return way;
  return way === better ? 'better' : 'worse';
}

/** All values of both runs are alike: there is nothing that chance could have done. */
function isExact({ doubt }: Difference): boolean {
  return doubt.variance === 0;
}

function isWithin({ ratio }: Difference, margin: number): boolean {
  if (!ratio) return false;
  const [low, high] = ratio.interval95;
  return low >= 1 / (1 + margin) && high <= 1 + margin;
}
