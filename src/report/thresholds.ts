import type { Scenario } from '../scenario/schema.ts';
import type { RunSummary } from './run-summary.ts';

/** One line for each limit of the scenario that the run did not keep. What was not measured fails too. */
export function exceeded(thresholds: Scenario['thresholds'], summary: RunSummary): string[] {
  const lines: string[] = [];
  const check = (name: string, value: number | undefined, limit: number | undefined): void => {
    if (limit === undefined || (value !== undefined && value <= limit)) return;
    lines.push(`${name}: found ${value ?? 'nothing measured'}; accepted up to ${limit}`);
  };
  check('maxErrorRate', summary.counts.errorRate ?? 0, thresholds.maxErrorRate);
  for (const metric of ['ttftMs', 'tpotMs', 'latencyMs'] as const) {
    const measured = summary.distributions[metric];
    for (const [statistic, limit] of Object.entries(thresholds[metric] ?? {})) {
      check(`${metric}.${statistic}`, measured?.[statistic as keyof typeof measured], limit);
    }
  }
  return lines;
}
