import type { Section } from '../report/section.ts';
import type { Band } from './bands.ts';
import { type Part, ttftPartMs, type Waterfall } from './waterfall.ts';

interface TtftColumn {
  readonly title: string;
  readonly parts: readonly Part[];
}

/** Parts up to the first token, as the columns of the waterfall by quantile. */
const TTFT_COLUMNS: readonly TtftColumn[] = [
  { title: 'held', parts: ['held'] },
  { title: 'client', parts: ['client', 'connect'] },
  { title: 'fixed', parts: ['fixed'] },
  { title: 'queue', parts: ['queue', 'batch'] },
  { title: 'uncached', parts: ['uncached'] },
  { title: 'local', parts: ['local'] },
  { title: 'external', parts: ['external'] },
  { title: 'rest', parts: ['unexplained'] },
];

/** Those that one of the bands has anything of. */
export function ttftColumns(bands: readonly Band[]): TtftColumn[] {
  return TTFT_COLUMNS.filter(({ parts }) =>
    bands.some(({ waterfall }) => partsMs(waterfall, parts) !== 0),
  );
}

export function partsMs(waterfall: Waterfall, parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + waterfall[part], 0);
}

export function bandsSection(bands: readonly Band[]): Section {
  const shown = ttftColumns(bands);
  return {
    title: 'TTFT from when a request was due, by quantile, ms',
    table: {
      columns: [
        { title: 'quantiles' },
        { title: 'requests', format: 'count', detail: 1 },
        ...shown.map(({ title }) => ({ title })),
        { title: 'all' },
      ],
      rows: bands.map(({ from, to, requests, waterfall }) => ({
        cells: [
          `p${100 * from} to p${100 * to}`,
          requests,
          ...shown.map(({ parts }) => partsMs(waterfall, parts)),
          ttftPartMs(waterfall),
        ],
      })),
    },
    notes: [
      'Means of the requests between two quantiles. Rest: not explained by the fit.',
      ...(shown.some(({ title }) => title === 'held')
        ? ['Held: the previous answer came late, or a cap was full.']
        : []),
    ],
  };
}
