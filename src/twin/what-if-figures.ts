import type { Figure } from '../report/figures/figure.ts';
import { OVER_TIME } from '../report/figures/over-time.ts';
import { METRICS } from '../stats/metrics.ts';
import type { Point } from '../stats/sample.ts';
import { STATISTICS } from '../stats/statistics.ts';
import { JUDGED_STATISTICS } from './errors.ts';
import { QUANTITIES, type QuantityName, SHARE, TIMES } from './measures.ts';
import type { WhatIf } from './what-if.ts';
import { SIDES, type SideName } from './what-if-windows.ts';
import { labelOf } from './words.ts';

const SIDE_NAMES: Readonly<Record<SideName, string>> = {
  measured: 'measured',
  twin: 'twin',
  whatIf: 'what if',
};

const TITLES: Readonly<Record<QuantityName, string>> = {
  ttftMs: 'TTFT, measured and what if',
  tpotMs: 'TPOT, measured and what if',
  latencyMs: 'Latency, measured and what if',
  cachedShare: 'Cached share, measured and what if',
};

/** What changes in times, and a picture for each quantity over time; those of which nothing is known are left out. */
export function whatIfFigures(whatIf: WhatIf): Figure[] {
  return [...changes(whatIf), ...QUANTITIES.flatMap((name) => overTime(whatIf, name))];
}

function overTime({ windows }: WhatIf, name: QuantityName): Figure[] {
  const series = SIDES.flatMap((side) => {
    const points = windows.flatMap(({ fromMs, toMs, quantities }): Point[] => {
      const value = quantities[name][side];
      return value === undefined ? [] : [[(fromMs + toMs) / 2000, value]];
    });
    if (!points.length) return [];
    return [
      { name: SIDE_NAMES[side], points, ...(side === 'twin' && { isDashed: true as const }) },
    ];
  });
  if (!series.length) return [];
  return [
    {
      name: `what-if-${name === SHARE ? 'cached-share' : name.replace('Ms', '')}`,
      title: TITLES[name],
      kind: 'line',
      hasDots: true,
      x: { label: OVER_TIME, unit: 's' },
      y: { label: labelOf(name), unit: name === SHARE ? 'share' : 'ms' },
      series,
      notes: [
        `${name === SHARE ? 'Cached / input tokens' : 'Means'} of the requests that each sent in a window of its own time: with another load they are not the same ones.`,
      ],
    },
  ];
}

/** By statistic, side by side. */
function changes({ rows, standIn }: WhatIf): Figure[] {
  const series = TIMES.flatMap((time) => {
    const points = JUDGED_STATISTICS.flatMap((statistic, place): Point[] => {
      const change = rows.find(({ name }) => name === `${time}.${statistic}`)?.change;
      return change === undefined ? [] : [[place, change]];
    });
    return points.length ? [{ name: METRICS[time].label, points }] : [];
  });
  if (!series.length) return [];
  return [
    {
      name: 'what-if-change',
      title: 'What changes',
      kind: 'bar',
      x: {
        label: 'statistic',
        unit: 'count',
        names: JUDGED_STATISTICS.map((statistic) => STATISTICS[statistic].label),
        over: [0, JUDGED_STATISTICS.length],
        step: 1,
      },
      y: { label: 'change', unit: 'share' },
      series,
      notes: [
        `What if less ${standIn === undefined ? 'what was measured' : 'twin'}, in percent of it: below 0 it takes less time.`,
      ],
    },
  ];
}
