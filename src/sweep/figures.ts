import type { Band, Panel, PanelAxis } from '../figures/panel.ts';
import { scaleOf } from '../report/figures/figure.ts';
import type { Point as Mark } from '../stats/sample.ts';
import { type Axis, isNumeric, valueText } from './axis.ts';
import { PANELS, type PanelRow } from './columns.ts';
import type { PointSummary, Spread } from './summary.ts';

/** The pictures of a sweep: each number against the swept value, a line for every other setting. */
export function sweepPanels(axes: readonly Axis[], points: readonly PointSummary[]): Panel[] {
  const along = axes.find((axis) => isNumeric(axis) && axis.values.length > 1) ?? axes[0]!;
  const groups = groupsOf(axes, along, points);
  return PANELS.flatMap((row) => panelOf(row, along, groups));
}

interface Group {
  /** Empty: there is nothing else that is varied. */
  readonly name: string;
  readonly points: readonly PointSummary[];
}

/** By everything else that is varied, in the order of the grid. */
function groupsOf(axes: readonly Axis[], along: Axis, points: readonly PointSummary[]): Group[] {
  const others = axes.filter((axis) => axis !== along);
  const groups = new Map<string, PointSummary[]>();
  for (const point of points) {
    const name = others
      .map((axis) => {
        const value = valueText(point.coordinates.find((one) => one.name === axis.name)!.value);
        return isNumeric(axis) ? `${axis.name} ${value}` : value;
      })
      .join(', ');
    groups.set(name, [...(groups.get(name) ?? []), point]);
  }
  return [...groups].map(([name, members]) => ({ name, points: members }));
}

function panelOf(row: PanelRow, along: Axis, groups: readonly Group[]): Panel[] {
  const { title, label, unit, measures } = row;
  const isCategory = !isNumeric(along);
  const lines = groups.flatMap(({ name, points }) =>
    measures.flatMap(([measure, says]) => {
      const marks = points
        .flatMap((point): Seen[] => {
          const reading = point.readings[measure];
          return reading ? [{ at: placeOf(point, along), ...reading }] : [];
        })
        .sort((a, b) => a.at - b.at);
      const words = [name, measures.length > 1 ? says : ''].filter(Boolean).join(' ');
      return marks.length > 0 ? [{ name: words || says, marks }] : [];
    }),
  );
  if (lines.length === 0) return [];
  const series = lines.map(({ name, marks }) => ({
    name,
    points: marks.map(({ at, value }): Mark => [at, value]),
  }));
  const bands = lines.flatMap(({ name, marks }) => bandOf(name, marks, unit));
  const values = series.flatMap(({ points }) => points.map(([, y]) => y));
  const isFar = unit === 'ms' && !isCategory;
  return [
    {
      name: `${row.name}-vs-${againstOf(along, row)}`,
      title: `${title} by ${along.name}`,
      ...(isCategory
        ? { kind: 'bar' as const }
        : { kind: 'line' as const, hasDots: true as const }),
      x: axisAlong(along),
      y: { label, unit, ...(isFar && scaleOf(values)) },
      series,
      ...(bands.length > 0 && { bands }),
    },
  ];
}

/** A number of a point, and where that is along the axis. */
type Seen = Spread & { readonly at: number };

/** How far repeats are apart: of one run alone nothing is drawn. */
function bandOf(of: string, marks: readonly Seen[], unit: string): Band[] {
  const most = unit === 'share' ? 1 : Infinity;
  const points = marks.flatMap(({ at, interval95, runs }): Band['points'] =>
    interval95 && runs > 1 ? [[at, Math.max(0, interval95[0]), Math.min(most, interval95[1])]] : [],
  );
  return points.length > 0 ? [{ name: '95 % interval of the mean', of, points }] : [];
}

/** How much a cache holds. */
const CAPACITY = /^engine\.(blocks|kvGB|offload\.\w+\.(capacityGB|blocks))$/;
/** How much is asked for at a time: fields of the scenario, and loads that have a name. */
const LOAD = /^((population|pacing)\..+|rate|usersPerSec|users|sessions)$/;

/** What the field calls such a picture; of settings that it has no name for, the setting's own. */
function againstOf({ name }: Axis, { against }: PanelRow): string {
  if (CAPACITY.test(name)) return 'capacity';
  return LOAD.test(name) ? against : name.replaceAll(/[^\w]+/g, '-');
}

/** Where a point is along the axis: at its value, or of a name at its number. */
function placeOf({ coordinates }: PointSummary, { name, values }: Axis): number {
  const { value } = coordinates.find((one) => one.name === name)!;
  if (typeof value === 'number' && values.every((one) => typeof one === 'number')) return value;
  return values.findIndex((one) => valueText(one) === valueText(value));
}

function axisAlong(axis: Axis): PanelAxis {
  const { name, values } = axis;
  if (!isNumeric(axis)) return { label: name, step: 1, names: values.map(valueText) };
  return { label: name, ...wideScale(values as readonly number[]) };
}

/** Values that double are as far apart from each other. */
function wideScale(values: readonly number[]): Pick<PanelAxis, 'scale'> {
  const least = Math.min(...values);
  return least > 0 && Math.max(...values) >= 20 * least ? { scale: 'log' } : {};
}
