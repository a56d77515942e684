import { duration } from '../report/duration.ts';
import { amount, measure, percent } from '../report/number.ts';
import { type Field, field, type Section } from '../report/section.ts';
import { type Now, PHASES } from '../report/so-far.ts';
import type { Goals, SoFarSummary } from '../stats/so-far.ts';

/** How far a run is, and how it goes: the numbers that a terminal has in its last lines. */
export function progressSection(
  far: SoFarSummary,
  goals: Goals,
  now: Now & { readonly running?: number; readonly waiting?: number },
  failures: ReadonlyMap<string, number> = new Map(),
): Section {
  const { share, leftMs, measuredMs } = far;
  const left = leftMs === undefined ? '' : `, about ${duration(leftMs)} left`;
  const kinds = [...failures].map(([kind, count]) => `${kind} ${count}`).join(', ');
  return {
    title: 'How it goes',
    fields: [
      field('phase', PHASES[now.phase]),
      ...optional('progress', share, (value) => `${percent(value)}${left}`),
      field('measured', duration(measuredMs) + ofText(goals.afterMs, duration)),
      field('requests', `${far.ended} ended${ofText(goals.requests, String)}`),
      field('conversations', far.conversations + ofText(goals.conversations, String)),
      field('completed', String(far.completed)),
      field('failed', `${far.failed}${kinds && ` (${kinds})`}`),
      field('in flight', String(now.inFlight)),
      field('active', `${now.activeUsers} conversations`),
      ...optional('rate', far.completedPerSec, (value) => `${measure(value)} requests/s`),
      ...optional('TTFT', far.meanTtftMs, (value) => `${measure(value)} ms, mean`),
      ...optional('TPOT', far.meanTpotMs, (value) => `${measure(value)} ms, mean`),
      ...optional('cached', far.cachedShare, (value) => `${percent(value)} of the input tokens`),
      ...optional('KV cache', now.kvUsage, (value) => `${percent(value)} in use`),
      ...optional('in the engine', now.running, (value) => `${amount(value)} running`),
      ...optional('queued there', now.waiting, (value) => `${amount(value)} waiting`),
    ],
  };
}

function ofText(goal: number | undefined, write: (goal: number) => string): string {
  return goal === undefined ? '' : ` of ${write(goal)}`;
}

function optional(
  label: string,
  value: number | undefined,
  write: (value: number) => string,
): Field[] {
  return value === undefined ? [] : [field(label, write(value))];
}
