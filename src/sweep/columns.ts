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
  /** Its name in files, and what it is drawn against where a load is varied. */
  readonly name: string;
  readonly against: 'users' | 'load';
  readonly title: string;
  readonly label: string;
  readonly unit: string;
  /** With what distinguishes them, in words. */
  readonly measures: readonly (readonly [name: string, says: string])[];
}

export const PANELS: readonly PanelRow[] = [
  {
    name: 'ttft',
    against: 'users',
    title: 'TTFT',
    label: 'TTFT',
    unit: 'ms',
    measures: [
      ['ttftMs.p50', 'p50'],
      ['ttftMs.p95', 'p95'],
    ],
  },
  {
    name: 'latency',
    against: 'users',
    title: 'Latency',
    label: 'latency',
    unit: 'ms',
    measures: [
      ['latencyMs.p50', 'p50'],
      ['latencyMs.p95', 'p95'],
    ],
  },
  {
    name: 'goodput',
    against: 'load',
    title: 'Goodput',
    label: 'requests that met every limit',
    unit: 'share',
    measures: [['goodput.share', 'good']],
  },
  {
    name: 'hit',
    against: 'load',
    title: 'Hit share',
    label: 'cached input tokens',
    unit: 'share',
    measures: [
      ['cache.share', 'observed'],
      ['idealCachedShare', 'ideal'],
    ],
  },
  {
    name: 'requests',
    against: 'load',
    title: 'Requests',
    label: 'rate',
    unit: '/s',
    measures: [
      ['rates.achievedPerSec', 'completed'],
      ['rates.offeredPerSec', 'offered'],
    ],
  },
  {
    name: 'output',
    against: 'load',
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
