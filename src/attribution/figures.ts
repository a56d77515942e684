import type { Figure } from '../report/figures/figure.ts';
import type { Explanation } from './explanation.ts';
import { partsMs, TTFT_COLUMNS } from './sections.ts';

/** The waterfall of the TTFT by quantile: each line is the sum of the parts up to it, so that they lie on each other. */
export function explanationFigures({ fineBands, ttft }: Explanation): Figure[] {
  if (!fineBands.length) return [];
  const shown = TTFT_COLUMNS.filter(({ parts }) =>
    fineBands.some(({ waterfall }) => partsMs(waterfall, parts) !== 0),
  );
  const series = shown.map(({ title }, index) => ({
    name: index ? `+ ${title}` : title,
    points: fineBands.map(({ from, to, waterfall }) => {
      const below = shown.slice(0, index + 1).flatMap(({ parts }) => parts);
      return [(from + to) / 2, partsMs(waterfall, below)] as const;
    }),
  }));
  return [
    {
      name: 'ttft-waterfall',
      title: 'What the first token waited for',
      kind: 'line',
      x: { label: 'quantile of the TTFT', unit: 'share' },
      y: { label: 'time since due', unit: 'ms' },
      series,
      notes: [
        `Each line adds a part to the one below it; the last is the TTFT. The queue is ${ttft.queueFrom === 'told' ? 'as the server tells' : 'fitted'}.`,
      ],
    },
  ];
}
