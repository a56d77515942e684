import { measure, UNKNOWN, written } from '../report/number.ts';
import type { Cell, Section, Table, TableColumn } from '../report/section.ts';
import { type Axis, isNumeric, valueText } from './axis.ts';
import type { Measure } from './measure.ts';
import { pointText } from './points.ts';
import type { PointSummary, Spread } from './summary.ts';

export interface Shown {
  readonly axes: readonly Axis[];
  readonly columns: readonly Measure[];
  readonly points: readonly PointSummary[];
  readonly repeats: number;
  /** There are limits: a column says whether they were kept. */
  readonly hasLimits: boolean;
}

/** One row a point: what is varied, and what came of it. Values of a category stand below each other, to be compared. */
export function sweepSection(shown: Shown): Section {
  const { points, repeats } = shown;
  const failed = points.some((point) => point.failed > 0);
  return {
    table: tableOf(shown, failed),
    ...(failed && { lines: failureLines(points) }),
    notes: [
      ...(repeats > 1
        ? [
            `Means of ${repeats} runs of each point, ± half of the 95 % interval. The nth run of all points has the same requests.`,
          ]
        : []),
      ...(isAllTheSame(points)
        ? [
            'Every run of a point gave the same: what this scenario draws anew does not matter to it. One run of each is enough.',
          ]
        : []),
      ...(shown.hasLimits ? ['Within: runs in which every limit was kept.'] : []),
    ],
  };
}

/** Whether there were repeats, and no number of any point differs among them. */
function isAllTheSame(points: readonly PointSummary[]): boolean {
  const repeated = points.flatMap(({ readings }) =>
    Object.values(readings).filter(({ runs }) => runs > 1),
  );
  return (
    repeated.length > 0 &&
    repeated.every(({ interval95 }) => interval95 && interval95[1] === interval95[0])
  );
}

/** Why a point has failures: as the first of them says. */
function failureLines(points: readonly PointSummary[]): string[] {
  return points.flatMap(({ failed, reason, coordinates }) =>
    failed > 0 ? [`${pointText(coordinates)}: ${failed} failed${reason ? `: ${reason}` : ''}`] : [],
  );
}

function tableOf({ axes, columns, points, repeats, hasLimits }: Shown, hasFailed: boolean): Table {
  const [first, ...others] = inOrder(axes);
  const known = columns.filter(({ name }) => points.some(({ readings }) => readings[name]));
  return {
    columns: [
      ...[first!, ...others].map((axis) => ({ title: lastName(axis, axes) })),
      ...known.map(({ title, unit }, index) => heading(title, unit, index)),
      ...(hasFailed ? [{ title: 'failed', format: 'count' as const }] : []),
      ...(hasLimits ? [{ title: 'within' }] : []),
    ],
    rows: rowsInOrder(points, axes).map((point) => ({
      cells: [
        ...[first!, ...others].map(({ name }) => coordinateText(point, name)),
        ...known.map((measure) => cellOf(point.readings[measure.name], measure, repeats)),
        ...(hasFailed ? [point.failed] : []),
        ...(hasLimits ? [withinText(point)] : []),
      ],
    })),
  };
}

function heading(title: string, unit: string, index: number): TableColumn {
  const isPrinted = unit === 'ms' || unit.endsWith('/s');
  return { title, ...(isPrinted && { unit }), ...(index > 1 && { detail: index }) };
}

function withinText({ within, runs }: PointSummary): string {
  if (runs === 1) return within === 1 ? 'yes' : 'no';
  return `${within}/${runs}`;
}

/** Numbers first: what is swept comes before what is compared. */
function inOrder(axes: readonly Axis[]): Axis[] {
  return [...axes.filter(isNumeric), ...axes.filter((axis) => !isNumeric(axis))];
}

function rowsInOrder(points: readonly PointSummary[], axes: readonly Axis[]): PointSummary[] {
  const order = inOrder(axes);
  const placeOf = (point: PointSummary, { name, values }: Axis) => {
    const value = point.coordinates.find((one) => one.name === name)!.value;
    return values.findIndex((one) => valueText(one) === valueText(value));
  };
  return points.toSorted((a, b) => {
    for (const axis of order) {
      const difference = placeOf(a, axis) - placeOf(b, axis);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** `policy` of engine.policy, where no other axis ends so. */
function lastName({ name }: Axis, axes: readonly Axis[]): string {
  const last = name.split('.').at(-1)!;
  const isClear = axes.every((other) => other.name === name || !other.name.endsWith(last));
  return isClear ? last : name;
}

function coordinateText({ coordinates }: PointSummary, name: string): string {
  return valueText(coordinates.find((one) => one.name === name)!.value);
}

/** `12.3 ±0.4`: a spread that is known of several runs. */
function cellOf(spread: Spread | undefined, { format }: Measure, repeats: number): Cell {
  if (!spread) return UNKNOWN;
  const { value, interval95, runs } = spread;
  const text = written(value, format);
  if (repeats === 1 || runs === 1 || !interval95) return text;
  const halfWidth = (interval95[1] - interval95[0]) / 2;
  const spreadText = format === 'percent' ? measure(100 * halfWidth, 2) : measure(halfWidth, 2);
  return `${text} ±${spreadText}`;
}
