import type { CountsSummary } from '../stats/counts.ts';
import { percent } from './number.ts';
import type { RunSummary } from './run-summary.ts';
import type { Section } from './section.ts';

/** Beyond it a run is of its failures. */
const MOSTLY = 0.5;

/** That nothing came of the run, or little: before all numbers, as few of them mean anything then. */
export function failureSections({ counts }: RunSummary): Section[] {
  const { completed, failed, errorRate = 0 } = counts;
  if (completed === 0) return [warning(`no request was completed: ${whyNone(counts)}`)];
  if (errorRate <= MOSTLY) return [];
  const share = `${failed} of ${completed + failed} (${percent(errorRate)})`;
  return [warning(`most requests failed: ${share}${exampleText(counts)}`)];
}

function whyNone(counts: CountsSummary): string {
  const { planned, failed, cancelled, unsent, warmup } = counts;
  if (planned === 0) return warmup ? `all ${warmup} were of the warm-up` : 'none was due';
  const why = [
    ...(failed ? [`${failed} failed${exampleText(counts)}`] : []),
    ...(cancelled ? [`${were(cancelled)} cut off by the end of the run`] : []),
    ...(unsent ? [`${were(unsent)} not sent`] : []),
  ];
  return why.join('; ');
}

function were(count: number): string {
  return `${count} ${count === 1 ? 'was' : 'were'}`;
}

/** The most frequent failure. */
function exampleText({ endings, failed, failedByKind }: CountsSummary): string {
  const found = endings.find(({ kind }) => kind.split(' ')[0]! in failedByKind);
  if (!found) return '';
  const which = found.count < failed ? 'most often ' : failed > 1 ? 'all of them ' : '';
  return `, ${which}with ${found.kind}${found.example === undefined ? '' : ` (${found.example})`}`;
}

function warning(text: string): Section {
  return { lines: [`WARNING: ${text}`], isWarning: true };
}
