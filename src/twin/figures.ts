import type { Band, PanelSeries } from '../figures/panel.ts';
import type { Figure } from '../report/figures/figure.ts';
import { OVER_TIME } from '../report/figures/over-time.ts';
import type { Point } from '../stats/sample.ts';
import { QUANTITIES, type QuantityName, SHARE } from './measures.ts';
import type { Twin } from './twin.ts';
import type { TwinWindow } from './windows.ts';
import { labelOf } from './words.ts';

const TITLES: Readonly<Record<QuantityName, string>> = {
  ttftMs: 'TTFT, predicted and observed',
  tpotMs: 'TPOT, predicted and observed',
  latencyMs: 'Latency, predicted and observed',
  cachedShare: 'Cached share, predicted and observed',
};

/** A picture for each quantity over the time of the run; those of which nothing is known are left out. */
export function twinFigures({ windows, measuredMs, drawn }: Twin): Figure[] {
  const over = [0, measuredMs.observed / 1000] as const;
  return QUANTITIES.flatMap((name): Figure[] => {
    const observed = pointsOf(windows, (window) => window.quantities[name].observed);
    if (!observed.length) return [];
    const twin = pointsOf(windows, (window) => window.quantities[name].twin);
    const series: PanelSeries[] = [
      { name: 'observed', points: observed },
      { name: 'twin', points: twin, isDashed: true },
    ];
    const outside = windows.filter(({ quantities }) => quantities[name].beyond);
    return [
      {
        name: `twin-${name === SHARE ? 'cached-share' : name.replace('Ms', '')}`,
        title: TITLES[name],
        kind: 'line',
        hasDots: true,
        x: { label: OVER_TIME, unit: 's', over },
        y: { label: labelOf(name), unit: name === SHARE ? 'share' : 'ms' },
        series,
        ...(drawn.count && { bands: [bandOf(windows, name)] }),
        ...(outside.length && {
          windows: [{ name: 'outside the band', spans: spansOf(outside) }],
        }),
        notes: [
          `${name === SHARE ? 'Cached / input tokens' : 'Means'} of the requests that were sent in each window of the run, and of the same requests in its twin.`,
        ],
      },
    ];
  });
}

function pointsOf(
  windows: readonly TwinWindow[],
  of: (window: TwinWindow) => number | undefined,
): Point[] {
  return windows.flatMap((window): Point[] => {
    const value = of(window);
    return value === undefined ? [] : [[middleSec(window), value]];
  });
}

function bandOf(windows: readonly TwinWindow[], name: QuantityName): Band {
  return {
    name: 'what the twin allows',
    of: 'twin',
    points: windows.flatMap((window) => {
      const { band } = window.quantities[name];
      return band ? [[middleSec(window), band.low, band.high] as const] : [];
    }),
  };
}

/** In seconds; those that touch are one. */
function spansOf(windows: readonly TwinWindow[]): [number, number][] {
  const spans: [number, number][] = [];
  for (const { fromMs, toMs } of windows) {
    const last = spans.at(-1);
    if (last?.[1] === fromMs / 1000) last[1] = toMs / 1000;
    else spans.push([fromMs / 1000, toMs / 1000]);
  }
  return spans;
}

function middleSec({ fromMs, toMs }: TwinWindow): number {
  return (fromMs + toMs) / 2000;
}
