import { type Figure, known, scaleOf } from '../report/figures/figure.ts';
import type { RateBins } from './rate-bins.ts';
import type { WholeNumbers } from './whole-numbers.ts';

/** What a trace asks for, whether or not prompts are known as blocks. */
export interface Load {
  /** Absent: how requests come is not known. */
  readonly rates: RateBins | undefined;
  readonly inputTokens: WholeNumbers;
  readonly outputTokens: WholeNumbers;
}

/** How requests come, and how long they are; those of which nothing is known are left out. */
export function loadFigures(load: Load): Figure[] {
  return [...byTime(load), ...lengths(load)];
}

function byTime({ rates }: Load): Figure[] {
  const bins = rates?.close();
  if (!bins) return [];
  return [
    {
      name: 'requests-by-time',
      title: 'Requests by time',
      kind: 'step',
      x: { label: 'time from the first request', unit: 's', step: bins.stepSec },
      y: { label: 'requests', unit: '/s' },
      series: [{ name: 'requests', points: bins.points }],
      notes: [],
    },
  ];
}

function lengths({ inputTokens, outputTokens }: Load): Figure[] {
  const series = known([
    { name: 'input', points: inputTokens.shares() },
    { name: 'output', points: outputTokens.shares() },
  ]);
  if (!series.length) return [];
  const values = series.flatMap(({ points }) => points.map(([tokens]) => tokens));
  return [
    {
      name: 'lengths',
      title: 'Lengths',
      kind: 'line',
      x: { label: 'length', unit: 'tokens', ...scaleOf(values) },
      y: { label: 'share of the requests that are no longer', unit: 'share' },
      series,
      notes: [],
    },
  ];
}
