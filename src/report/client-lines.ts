import { counted } from '../base/counted.ts';
import type { Certification } from '../record/record.ts';
import type { LateSummary } from '../stats/time/late-windows.ts';
import { measure, percent, seconds } from './number.ts';
import { ownErrorText } from './own-error.ts';

interface Told {
  readonly certification?: Certification;
  readonly late?: LateSummary;
}

/** What is known of a client beside whether it kept up: its own error by probes, and when it was late. */
export function clientLines(told: Told): string[] {
  return [...certificationLines(told), ...lateLines(told)];
}

/** A part of the time from which on it is worth a line; figures over time mark every window. */
const LATE_SHARE_MIN = 0.01;

function certificationLines({ certification }: Told): string[] {
  const { before, during } = certification ?? {};
  return [
    ...(during ? [`This client's ${ownErrorText(during, 'beside the run')}.`] : []),
    ...(before ? [`Its ${ownErrorText(before, 'before the run')}.`] : []),
  ];
}

function lateLines({ late }: Told): string[] {
  if (!late || late.share < LATE_SHARE_MIN) return [];
  const { windows, totalMs, longestMs, share } = late;
  return [
    `The client was late at some moment of ${counted(windows, 'window')}, ${seconds(totalMs)} in all (${percent(share)} of the time; the longest ${measure(longestMs)} ms): figures over time mark them.`,
  ];
}
