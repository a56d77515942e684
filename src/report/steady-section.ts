import { headingOf, METRICS } from '../stats/metrics.ts';
import { STEADY_METRICS, type SteadySummary } from '../stats/time/steady.ts';
import { goodputText } from './goodput.ts';
import { measure, seconds } from './number.ts';
import type { RunSummary } from './run-summary.ts';
import { field, type Section } from './section.ts';
import { distributionTable } from './table.ts';

/** The run without its start-up and its end, beside the whole; or why there is no such part of it. */
export function steadySection({ steadyState, noSteadyState }: RunSummary): Section {
  const title = 'Steady state';
  if (!steadyState) return { title, lines: [`none: ${noSteadyState}`] };
  const { completed, failed, achievedPerSec, inputTokensPerSec, outputTokensPerSec } = steadyState;
  const tokens = `input ${measure(inputTokensPerSec)}, output ${measure(outputTokensPerSec)} tokens/s`;
  return {
    title,
    fields: [
      field('time', ...timeText(steadyState)),
      field('requests', `${completed} completed, ${failed} failed, of those due in that time`),
      field('achieved', `${measure(achievedPerSec)} requests/s; ${tokens}`),
      ...(steadyState.goodput ? [field('goodput', goodputText(steadyState.goodput))] : []),
    ],
    table: distributionTable(
      STEADY_METRICS.map((name) => ({
        label: headingOf(name),
        values: steadyState.distributions[name],
      })),
      ['mean', 'p50', 'p90', 'p95', 'p99'],
    ),
  };
}

function timeText({ rule, fromMs, toMs }: SteadySummary): string[] {
  const time = `from ${seconds(fromMs)} to ${seconds(toMs)}`;
  if (rule.name === 'full') {
    return [`${time}: at least ${rule.conversations} of ${rule.cap} conversations were under way`];
  }
  const by = METRICS[rule.by].label;
  return [`${time}: after the start-up, while conversations came`, `(cut by MSER-5, of ${by})`];
}
