import type { Companion } from '../../play/companion.ts';
import { intervalNumbers, multiRoundQaText, runNumbers } from './summary.ts';

/** Summaries and warnings of multi-round-qa.py, which was asked for this rate. */
export function multiRoundCompanion(configuredQps: number): Companion {
  return {
    intervalText: (interval, originEpochMs) =>
      multiRoundQaText(intervalNumbers(interval, { configuredQps, originEpochMs })),
    lagText: (userId, lagMs) =>
      `User ${userId} has an unfinished request and unable to fit the QPS requirement. (${(lagMs / 1000).toFixed(1)} s late)`,
    finish: (run) => ({ after: multiRoundQaText(runNumbers(run, configuredQps)) }),
  };
}
