import { measure, seconds } from '../../report/number.ts';
import { tableText } from '../../report/render/table.ts';
import type { LengthSummary } from '../../workload/timed/length-counts.ts';
import type { WorkloadSummary } from '../../workload/timed/workload-tally.ts';
import { reportColumns } from '../terminal/screen.ts';

/** What a workload is, on a few lines. */
export function summaryText(file: string, summary: WorkloadSummary, isWide?: boolean): string {
  const { requests, entries, firstMs, lastMs, sessions, events } = summary;
  const span = firstMs === undefined ? '' : `, from ${seconds(firstMs)} to ${seconds(lastMs!)}`;
  const kinds = Object.entries(events).map(([kind, count]) => `${kind} ${count}`);
  return [
    `${file}: ${requests} requests in ${entries} entries${span}`,
    ...(sessions.sessions ? [`sessions: ${sessions.sessions}`] : []),
    ...(kinds.length ? [`events: ${kinds.join(', ')}`] : []),
    ...(requests ? ['', lengthTable(summary, reportColumns(isWide))] : []),
  ].join('\n');
}

const STATISTICS = ['mean', 'min', 'p50', 'p90', 'p99', 'max'] as const;

function lengthTable({ inputTokens, outputTokens, overTime }: WorkloadSummary, width: number) {
  const rows = [lengthRow('prompt tokens', inputTokens), lengthRow('output tokens', outputTokens)];
  const table = tableText(
    {
      columns: [
        { title: '' },
        { title: 'count', format: 'count' },
        ...STATISTICS.map((title) => ({ title })),
      ],
      rows,
    },
    width,
  );
  return `${table}\n\n${rateLine(overTime)}`;
}

function lengthRow(label: string, summary: LengthSummary | undefined) {
  return {
    cells: [label, summary?.count ?? 0, ...STATISTICS.map((name) => summary?.[name])],
    format: 'amount' as const,
  };
}

function rateLine({ widthMs, bins }: WorkloadSummary['overTime']): string {
  const perSec = bins.map(({ requests }) => (requests * 1000) / widthMs);
  const all = bins.reduce((sum, { requests }) => sum + requests, 0);
  const mean = (all * 1000) / (bins.length * widthMs);
  const [least, most] = [Math.min(...perSec), Math.max(...perSec)];
  return `rate: mean ${measure(mean)}/s; in stretches of ${widthMs / 1000} s from ${measure(least)} to ${measure(most)}/s`;
}
