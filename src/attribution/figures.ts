import type { Figure } from '../report/figures/figure.ts';
import { partsMs, ttftColumns } from './bands-section.ts';
import type { Explanation } from './explanation.ts';

/** The waterfall of the TTFT by quantile: its parts upon each other. */
export function explanationFigures({ fineBands, ttft }: Explanation): Figure[] {
  if (!fineBands.length) return [];
  // A stack of one quantile has no width: it is named, and not drawn.
  const shown = fineBands.length > 1 ? ttftColumns(fineBands) : [];
  return [
    {
      name: 'ttft-waterfall',
      title: 'What the first token waited for',
      kind: 'line',
      isStacked: true,
      x: { label: 'quantile of the TTFT', unit: 'share' },
      y: { label: 'time since due', unit: 'ms' },
      series: shown.map(({ title, parts }) => ({
        name: title,
        points: fineBands.map(
          ({ from, to, waterfall }) => [(from + to) / 2, partsMs(waterfall, parts)] as const,
        ),
      })),
      notes: [
        `Parts lie upon each other: together they are the TTFT. The queue is ${ttft.queueFrom === 'told' ? 'as the server tells' : 'fitted'}.`,
        'Rest: not explained by the fit. Where that is below 0, the fit is above what was seen.',
      ],
    },
  ];
}
