import { measure } from '../report/number.ts';
import type { Section, TableColumn } from '../report/section.ts';
import type { Plan } from './summary.ts';

const SCHEDULE_COLUMNS: readonly TableColumn[] = [
  { title: 'from', format: 'seconds' },
  { title: 'arrivals', format: 'count' },
  { title: 'live' },
  { title: 'KV blocks' },
  { title: 'requests due', format: 'count' },
  { title: 'requests/s' },
  { title: 'input', unit: 'tokens/s' },
  { title: 'output', unit: 'tokens/s' },
];

const SCHEDULE_LEGEND = `Arrivals are new conversations. Live conversations and KV blocks are averages over time, from a conversation's first request to its
  last answer. Tokens per second count a request when it falls due.`;

/** Who comes when, and what falls due; no table where no time passes. */
export function scheduleSection({ schedule, requestsPerSec }: Plan): Section {
  const section = { title: 'Schedule', notes: [SCHEDULE_LEGEND] };
  if (!schedule.length) {
    return {
      ...section,
      lines: ['everything falls due at once: give --ttft-ms or --tpot-ms for a rate'],
    };
  }
  const { mean, steady, peak } = requestsPerSec;
  const rates = `requests/s: mean ${measure(mean)}, middle half of the time ${measure(steady)}, busiest row ${measure(peak)}`;
  const rows = schedule.map((bucket) => ({
    cells: [
      bucket.fromMs,
      bucket.arrivals,
      bucket.liveConversations,
      bucket.liveBlocks,
      bucket.requests,
      bucket.requestsPerSec,
      bucket.inputTokensPerSec,
      bucket.outputTokensPerSec,
    ],
  }));
  return { ...section, table: { columns: SCHEDULE_COLUMNS, rows }, lines: [rates] };
}
