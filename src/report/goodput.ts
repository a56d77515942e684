import type { GoodputSummary } from '../stats/goodput.ts';
import { METRICS, type MetricName } from '../stats/metrics.ts';
import { measure, percent } from './number.ts';

/** Good requests as rate and share, and what the others missed. */
export function goodputText({
  share,
  shareInterval95,
  perSec,
  missed,
  judged,
}: GoodputSummary): string {
  if (judged === 0) return 'unknown: no request was completed or failed';
  if (share === undefined || !shareInterval95)
    return 'unknown: nothing measured of what the slo limits';
  const [low, high] = shareInterval95.map((each) => (100 * each).toFixed(1));
  const misses = Object.entries(missed)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${METRICS[name as MetricName].label} ${count}`);
  const why = misses.length ? `; missed: ${misses.join(', ')}` : '';
  return `${measure(perSec)} requests/s met the slo: ${percent(share)} (95 %: ${low}-${high})${why}`;
}
