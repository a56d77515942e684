import type { Band, Panel, PointsPanel, SpansPanel } from '../../figures/panel.ts';
import type { Table, TableRow } from '../section.ts';

/** The numbers of a picture, as rows: what it shows to those who do not see it. */
export interface Numbers {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** A column a series where all share an axis, else a row a point. */
export function numbersOf(panel: Panel): Numbers {
  if (panel.kind === 'interval') return spansOf(panel);
  return panel.kind === 'scatter' ? pointsOf(panel) : columnsOf(panel);
}

function columnsOf(panel: PointsPanel): Numbers {
  const { series, bands = [], x } = panel;
  const columns = [
    ...series.map(({ name, points }) => ({ name, values: new Map(points) })),
    ...bands.flatMap((band) => {
      const { points } = band;
      const name = bandName(band, bands);
      return [
        { name: `${name}, from`, values: new Map(points.map(([at, low]) => [at, low])) },
        { name: `${name}, to`, values: new Map(points.map(([at, , high]) => [at, high])) },
      ];
    }),
  ];
  const places = [...new Set(columns.flatMap(({ values }) => [...values.keys()]))];
  places.sort((a, b) => a - b);
  return {
    headings: [headingOf(x), ...columns.map(({ name }) => name || headingOf(panel.y))],
    rows: places.map((at) => [
      placeName(panel, at),
      ...columns.map(({ values }) => values.get(at)),
    ]),
  };
}

/** That of its series before it where several have the same. */
function bandName({ name, of }: Band, bands: readonly Band[]): string {
  const isAlone = bands.filter((band) => band.name === name).length === 1;
  return isAlone || !of ? name : `${of}, ${name}`;
}

function pointsOf(panel: PointsPanel): Numbers {
  return {
    headings: ['series', headingOf(panel.x), headingOf(panel.y)],
    rows: panel.series.flatMap(({ name, points }) => points.map(([x, y]) => [name, x, y])),
  };
}

function spansOf({ series, x, y }: SpansPanel): Numbers {
  return {
    headings: ['series', headingOf(y), `${headingOf(x)}, from`, 'to'],
    rows: series.flatMap(({ name, spans }) => spans.map((span) => [name, ...span])),
  };
}

function headingOf({ label, unit }: PointsPanel['x']): string {
  return unit && unit !== 'count' ? `${label} (${unit})` : label;
}

function placeName({ x }: PointsPanel, at: number): string | number {
  if (x.names) return x.names[at] ?? at;
  return x.scale === 'time' ? new Date(at).toISOString() : at;
}

/** More rows than this nobody reads: the CSV has them. */
const ROWS_MAX = 100;

/** What is shown of them, and how many rows are not. */
export function shownTable({ headings, rows }: Numbers): {
  readonly table: Table;
  readonly leftOut: number;
} {
  const every = Math.max(1, Math.ceil(rows.length / ROWS_MAX));
  const shown = rows.filter((_, index) => index % every === 0);
  return {
    table: {
      columns: headings.map((title) => ({ title, format: 'amount' })),
      rows: shown.map((cells): TableRow => ({ cells })),
    },
    leftOut: rows.length - shown.length,
  };
}

/** RFC 4180; numbers to six digits. */
export function csvOf({ headings, rows }: Numbers): string {
  return [headings, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');
}

function csvCell(cell: string | number | undefined): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(Number(cell.toPrecision(6)));
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
