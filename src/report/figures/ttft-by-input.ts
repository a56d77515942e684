import type { Run } from '../../record/run-folder.ts';
import { ttftMs } from '../../stats/latency.ts';
import { keyOf, Sample } from '../../stats/sample.ts';
import { known, type Plot, scaleOf } from './figure.ts';

/** Of each series: what a browser draws at once, and what shows the shape of a cloud. */
const POINTS_MAX = 2000;

/** Each completed request's TTFT over its input tokens; first rounds, which find little in a cache, apart. */
export function ttftByInputTokens({ parts }: Run): Plot {
  const first = new Sample(POINTS_MAX);
  const later = new Sample(POINTS_MAX);
  for (const { records } of parts) {
    for (const record of records) {
      const { phase, status, userId, turn, inputTokens } = record;
      const ms = ttftMs(record);
      if (phase !== 'measure' || status !== 'ok') continue;
      if (ms === undefined || inputTokens === undefined) continue;
      (turn === 0 ? first : later).add(keyOf(userId, turn), [inputTokens, ms]);
    }
  }
  const samples = [
    { name: 'round 1', sample: first },
    { name: 'later rounds', sample: later },
  ];
  const series = known(samples.map(({ name, sample }) => ({ name, points: sample.close() })));
  const points = series.flatMap((one) => one.points);
  return {
    kind: 'scatter',
    x: { label: 'input', unit: 'tokens', ...scaleOf(points.map(([tokens]) => tokens)) },
    y: { label: 'TTFT', unit: 'ms', ...scaleOf(points.map(([, ms]) => ms)) },
    series,
    notes: [
      'Of completed requests.',
      ...samples
        .filter(({ sample }) => sample.count > POINTS_MAX)
        .map(
          ({ name, sample }) => `${name}: a sample of ${POINTS_MAX} of ${sample.count} requests.`,
        ),
    ],
  };
}
