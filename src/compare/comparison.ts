import type { Slo } from '../scenario/thresholds.ts';
import { METRICS_AS_PRINTED, type MetricName } from '../stats/metrics.ts';
import type { ComparedRun, Side } from './compared-run.ts';
import { type FailIf, type FailIfVerdict, failIfVerdict } from './fail-if.ts';
import { isTested, type JudgedRow, judged } from './judge.ts';
import { type Measure, nameOf } from './measure-name.ts';
import { pairsOf, type RunPair } from './pairs.ts';
import { refusals } from './refusals.ts';
import { MEASURES, rowsOf } from './rows.ts';

/** A side beside the baseline. */
export interface Compared {
  readonly side: Side;
  readonly pairs?: readonly RunPair[];
  readonly rows: readonly JudgedRow[];
  /** Reasons against the comparison, which was forced. */
  readonly refusals: readonly string[];
  /** Metrics that are left out, as a tool defines them otherwise, and how. */
  readonly leftOut: Readonly<Partial<Record<MetricName, string>>>;
}

/** What comparing found. */
export interface Comparison {
  readonly baseline: Side;
  readonly compared: readonly Compared[];
  readonly verdicts: readonly FailIfVerdict[];
  /** Below which a change counts as none, as a share. */
  readonly margin: number;
  /** How many numbers were tested together. */
  readonly tests: number;
}

interface ComparisonOptions {
  readonly margin: number;
  readonly failIfs: readonly FailIf[];
  readonly isForced: boolean;
}

/** Why the sides cannot be compared with the first: by side, a line for each reason. */
export function refusalsOfSides([baseline, ...others]: readonly Side[]): string[] {
  return others.flatMap((side) =>
    refusals(baseline!, side).map((reason) => `${baseline!.name} and ${side.name}: ${reason}`),
  );
}

/** The first side is the baseline. */
export function compare(
  [a, ...others]: readonly Side[],
  { margin, failIfs, isForced }: ComparisonOptions,
): Comparison {
  const measures = measuresWith(failIfs);
  const tables = others.map((side) => {
    const pairs = pairsOf(a!, side);
    const runs = [...a!.runs, ...side.runs];
    const leftOut = isForced ? {} : leftOutOf(runs);
    const rows = rowsOf(a!, side, { pairs, slo: commonSlo(runs), leftOut }, measures);
    return { side, pairs, leftOut, rows };
  });
  const allRows = tables.map(({ rows }) => rows);
  const findings = judged(allRows, margin);
  const compared = tables.map(({ side, pairs, leftOut }, index) => ({
    side,
    ...(pairs && { pairs }),
    rows: findings[index]!,
    refusals: refusals(a!, side),
    leftOut,
  }));
  return {
    baseline: a!,
    compared,
    verdicts: compared.flatMap(({ side, rows }) =>
      failIfs.map((failIf) => failIfVerdict(failIf, side.name, rows)),
    ),
    margin,
    tests: allRows.flat().filter(isTested).length,
  };
}

/** The table's, and what else a limit is for. */
function measuresWith(failIfs: readonly FailIf[]): readonly Measure[] {
  const names = new Set(MEASURES.map(nameOf));
  const more = failIfs.flatMap(({ limit }) => (limit ? [limit.measure] : []));
  return [...MEASURES, ...more.filter((measure) => !names.has(nameOf(measure)))];
}

/** Goodput by other limits is another number. */
function commonSlo(runs: readonly ComparedRun[]): Slo | undefined {
  const slos = new Set(runs.map(({ scenario }) => JSON.stringify(scenario?.slo)));
  return slos.size === 1 ? runs[0]!.scenario?.slo : undefined;
}

/** Metrics that the runs define differently, and how. */
function leftOutOf(runs: readonly ComparedRun[]): Partial<Record<MetricName, string>> {
  return Object.fromEntries(
    METRICS_AS_PRINTED.flatMap((name) => {
      const says = new Set(runs.map(({ definitions }) => definitions[name]));
      return says.size < 2 ? [] : [[name, [...says].filter(Boolean).join('; ')]];
    }),
  );
}
