import type { Run } from '../../record/run-folder.ts';
import { Column } from '../../stats/column.ts';
import { ttftMs } from '../../stats/latency.ts';
import { distributionOf } from '../../stats/quantile.ts';
import type { Point } from '../../stats/sample.ts';
import { known, type Plot, scaleOf } from './figure.ts';

const STEPS = 10;

/** Percentiles of the TTFT of completed requests, by which tenth of their input tokens the engine found in its cache. */
export function ttftByCachedShare({ parts }: Run): Plot {
  const columns = Array.from({ length: STEPS + 1 }, () => new Column());
  for (const { records } of parts) {
    for (const record of records) {
      const { phase, status, inputTokens, cachedTokens } = record;
      if (phase !== 'measure' || status !== 'ok' || !inputTokens || cachedTokens === undefined) {
        continue;
      }
      columns[Math.round((STEPS * Math.min(cachedTokens, inputTokens)) / inputTokens)]!.add(
        ttftMs(record),
      );
    }
  }
  const distributions = columns.map(distributionOf);
  const series = known(
    (['p50', 'p95'] as const).map((name) => ({
      name,
      points: distributions.flatMap((distribution, step): Point[] => {
        const y = distribution?.[name];
        return y === undefined ? [] : [[step / STEPS, y]];
      }),
    })),
  );
  return {
    kind: 'line',
    hasDots: true,
    x: { label: 'cached input tokens of a request', unit: 'share', over: [0, 1] },
    y: {
      label: 'TTFT',
      unit: 'ms',
      ...scaleOf(series.flatMap(({ points }) => points.map(([, ms]) => ms))),
    },
    series,
    notes: ['Of completed requests that say what was cached, to the nearest tenth.'],
  };
}
