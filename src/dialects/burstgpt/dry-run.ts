import { openArrivals } from '../../population/arrivals.ts';
import { processOf } from '../../population/processes.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { PlannedLengths } from '../../workload/lengths/planned-lengths.ts';

/** The planned requests in the order of their times, as JSON lines; seconds from the first. */
export function* plannedLines(scenario: Scenario, planned: PlannedLengths): Generator<string> {
  const process = processOf(scenario.population.arrivals);
  if (process.loop !== 'open') throw new Error('a dialect of arrivals has an open loop');
  const { arrivalsMs: traceMs, of } = planned;
  for (const { userId, dueMs } of openArrivals(scenario, { process, traceMs })) {
    const { inputTokens, outputTokens, pooled } = of(userId);
    const line = {
      event_id: userId - scenario.population.firstUserId,
      at_sec: Number((dueMs / 1000).toFixed(6)),
      input_tokens: inputTokens,
      output_tokens: outputTokens ?? null,
      ...(pooled && { prompt: pooled.prompt.key }),
    };
    yield `${JSON.stringify(line)}\n`;
  }
}
