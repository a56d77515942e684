import { INTERVAL_METRICS, type IntervalSummary, meanName } from '../stats/interval.ts';
import { METRICS } from '../stats/metrics.ts';
import { measure, seconds } from './number.ts';

/** One line for the terminal, once every log interval. Unknown means are '-'. */
export function intervalLine(interval: IntervalSummary): string {
  const { startMs, endMs, failed, cancelled } = interval;
  return [
    `${seconds(endMs)}`,
    `last ${seconds(endMs - startMs)}: ${interval.completed} completed, ${failed} failed`,
    ...(cancelled ? [`${cancelled} cancelled`] : []),
    `${interval.inFlight} in flight`,
    `${measure(interval.launchedPerSec)} sent/s`,
    `${measure(interval.completedPerSec)} completed/s`,
    `input ${measure(interval.inputTokensPerSec)} tokens/s`,
    `output ${measure(interval.outputTokensPerSec)} tokens/s`,
    ...INTERVAL_METRICS.map((name) => {
      const { label, unit } = METRICS[name];
      return `mean ${label} ${measure(interval[meanName(name)])} ${unit}`;
    }),
  ].join(', ');
}
