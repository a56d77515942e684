import { type Measure, measureOf } from './measure.ts';

/** What a sweep shows where nothing else is asked for. */
export const SHOWN: readonly string[] = [
  'ttft.p50',
  'ttft.p95',
  'latency.p95',
  'goodput.share',
  'cache.share',
  'rates.achievedPerSec',
  'rates.outputTokensPerSec',
];

/** A panel of the figure: numbers of the same kind. */
export interface PanelRow {
  readonly title: string;
  readonly label: string;
  readonly unit: string;
  /** With what distinguishes them, in words. */
  readonly measures: readonly (readonly [name: string, says: string])[];
}

export const PANELS: readonly PanelRow[] = [
  {
    title: 'TTFT',
    label: 'TTFT',
    unit: 'ms',
    measures: [
      ['ttftMs.p50', 'p50'],
      ['ttftMs.p95', 'p95'],
    ],
  },
  {
    title: 'Latency',
    label: 'latency',
    unit: 'ms',
    measures: [
      ['latencyMs.p50', 'p50'],
      ['latencyMs.p95', 'p95'],
    ],
  },
  {
    title: 'Goodput',
    label: 'requests that met every limit',
    unit: 'share',
    measures: [['goodput.share', 'good']],
  },
  {
    title: 'Hit share',
    label: 'cached input tokens',
    unit: 'share',
    measures: [
      ['cache.share', 'observed'],
      ['idealCachedShare', 'ideal'],
    ],
  },
  {
    title: 'Requests',
    label: 'rate',
    unit: '/s',
    measures: [
      ['rates.achievedPerSec', 'completed'],
      ['rates.offeredPerSec', 'offered'],
    ],
  },
  {
    title: 'Output',
    label: 'output tokens',
    unit: '/s',
    measures: [['rates.outputTokensPerSec', 'output']],
  },
];

/** The columns that are asked for, by their names in `--show`. */
export function columnsOf(names: readonly string[]): Measure[] {
  return names.map((name) => measureOf(name, '--show'));
}

/** All numbers that are kept of every run. */
export function measuresOf(columns: readonly Measure[]): string[] {
  const drawn = PANELS.flatMap(({ measures }) => measures.map(([name]) => name));
  return [...new Set([...columns.map(({ name }) => name), ...drawn])];
}
