import type { Outcome, Played } from '../play/played.ts';
import { isFailure } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Estimate } from './find-max/estimate.ts';
import { estimatesOf } from './find-max/evidence.ts';
import { type Reading, readingOf } from './measure.ts';

/** One run of a sweep. */
export interface Job {
  /** The same for the same run of the same sweep: what was played before is found by it. */
  readonly key: string;
  /** As it is told: `rate=0.1, engine.policy=fcfs`. */
  readonly text: string;
  readonly scenario: Scenario;
  /** The server's start command has these in place of {name}. */
  readonly words: Readonly<Record<string, string>>;
}

/** What is kept of a run, beside its folder: plain data. */
export interface JobResult {
  /** The run folder. */
  readonly dir: string;
  readonly outcome: Outcome;
  readonly completed: number;
  readonly failed: number;
  /** Of the first request that failed. */
  readonly reason?: string;
  /** By the names of measures; unknown ones are absent. */
  readonly readings: Readonly<Record<string, Reading>>;
  /** Of each limit of the scenario. */
  readonly estimates: readonly Estimate[];
  /** Limits that were not kept, one line each. */
  readonly exceeded: readonly string[];
  /** Above the ids of all users that it had. */
  readonly nextUserId: number;
}

export function resultOf(
  { dir, run, summary, outcome, exceeded }: Played,
  measures: readonly string[],
): JobResult {
  const { completed, failed } = summary.counts;
  let lastUserId = -1;
  let reason: string | undefined;
  for (const { records } of run.parts) {
    for (const record of records) {
      lastUserId = Math.max(lastUserId, record.userId);
      if (isFailure(record.status)) reason ??= record.reason;
    }
  }
  const readings = measures.flatMap((name): [string, Reading][] => {
    const reading = readingOf(name, summary);
    return reading ? [[name, reading]] : [];
  });
  return {
    dir,
    outcome,
    completed,
    failed,
    ...(reason !== undefined && { reason }),
    readings: Object.fromEntries(readings),
    estimates: estimatesOf(run, summary),
    exceeded,
    nextUserId: lastUserId + 1,
  };
}
