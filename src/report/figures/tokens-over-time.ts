import type { Run } from '../../record/run-folder.ts';
import { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { bucketAt, lengthMs } from '../../stats/time/time-buckets.ts';
import type { Plot } from './figure.ts';
import { overTime, stretchesOf } from './over-time.ts';

/** Output tokens of completed requests per second, each spread evenly from its first token to its end. */
export function outputTokensOverTime({ parts }: Run): Plot {
  const axis = new MeasuredAxis(parts);
  const buckets = stretchesOf(axis);
  const tokens = new Float64Array(buckets.count);
  let isKnown = false;
  for (const request of axis.requests()) {
    const { status, outputTokens, firstTokenMs, endMs } = request.record;
    const fromMs = axis.at(firstTokenMs, request);
    const toMs = axis.at(endMs, request);
    if (status !== 'ok' || !outputTokens || fromMs === undefined || toMs === undefined) continue;
    isKnown = true;
    const [first, last] = [bucketAt(buckets, fromMs), bucketAt(buckets, toMs)];
    for (let bucket = first; bucket <= last; bucket++) {
      const startMs = Math.max(fromMs, bucket * buckets.widthMs);
      const stopMs = Math.min(toMs, (bucket + 1) * buckets.widthMs);
      const part = toMs > fromMs ? Math.max(0, stopMs - startMs) / (toMs - fromMs) : 1;
      tokens[bucket]! += outputTokens * part;
    }
  }
  const plot = overTime(axis, { label: 'output tokens', unit: '/s' }, [
    ...(isKnown
      ? [
          {
            name: 'output',
            values: Array.from(tokens, (sum, bucket) =>
              rounded((sum * 1000) / lengthMs(buckets, bucket)),
            ),
          },
        ]
      : []),
  ]);
  return { ...plot, notes: ['Of completed requests.', ...plot.notes] };
}

/** To millionths: parts of a run that are added in another order make the same. */
function rounded(perSec: number): number {
  return Math.round(1e6 * perSec) / 1e6;
}
