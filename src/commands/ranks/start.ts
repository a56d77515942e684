import { READY_MS, sleep } from '../../base/clock.ts';
import { UsageError } from '../../base/errors.ts';
import { unlessGivenUp } from '../../play/given-up.ts';
import type { PlayOptions } from '../../play/play.ts';
import type { StartAt } from '../../ranks/start-at.ts';
import { say } from '../terminal/stderr.ts';

/** Later than this is worth a word: every request is late by as much. */
const LATE_MS = 50;

/** A start at a set time, of a process that meets no other. @throws UsageError for a time that is over. */
export function startOf(at: StartAt, nowEpochMs: number): PlayOptions['start'] {
  if (at.epochMs !== undefined && at.epochMs < nowEpochMs) {
    throw new UsageError(
      `--start-at: found ${timeText(at.epochMs)}, and it is ${timeText(nowEpochMs)}; expected an instant to come`,
    );
  }
  return async ({ clock, givenUp }) => {
    const readyEpochMs = clock.originEpochMs + clock.now();
    const epochMs = at.epochMs ?? readyEpochMs + at.afterMs;
    const waitMs = epochMs - readyEpochMs;
    if (waitMs > 0) {
      say(`ready; beginning at ${timeText(epochMs)}`);
      await unlessGivenUp(sleep(clock, Math.max(0, waitMs - READY_MS)), givenUp);
    }
    const lateMs = Math.max(0, -waitMs);
    warnIfLate(lateMs);
    return { epochMs, lateMs };
  };
}

export function warnIfLate(lateMs: number): void {
  if (lateMs <= LATE_MS) return;
  say(
    `warning: this began ${(lateMs / 1000).toFixed(1)} s after the instant that was set, as it was not ready before; give it more time (--start-at +30s)`,
  );
}

export function timeText(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
