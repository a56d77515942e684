import type { RunPart } from '../record/journal-reader.ts';
import { measure } from './number.ts';
import { partitionOf } from './partitions.ts';

/** How the processes of a run began together. */
export interface StartSummary {
  /** ISO 8601, by the clock of rank 0. */
  readonly at: string;
  /** Of what each clock is ahead of rank 0's, the least and the most that any may be, by what was measured. */
  readonly skewLeastMs?: number;
  readonly skewMostMs?: number;
  /** The partition whose clock was put right by the most, and by how much; absent: none needed to be. */
  readonly putRight?: { readonly partition: number; readonly byMs: number };
  /** The most that one of them began after it was to. */
  readonly lateMs: number;
}

/** undefined: nothing was agreed on. */
export function startOf(parts: readonly RunPart[]): StartSummary | undefined {
  const began = parts.filter(({ header }) => header.part === 0 && header.start);
  const starts = began.map(({ header }) => header.start!);
  const first = starts[0];
  if (!first) return undefined;
  const skews = starts.flatMap(({ skewMs }) => skewMs ?? []);
  const [worst] = began.toSorted((a, b) => Math.abs(aheadOf(b)) - Math.abs(aheadOf(a)));
  const byMs = aheadOf(worst!);
  return {
    at: new Date(first.epochMs).toISOString(),
    ...(skews.length > 0 && {
      skewLeastMs: Math.min(...skews.map(({ leastMs }) => leastMs)),
      skewMostMs: Math.max(...skews.map(({ mostMs }) => mostMs)),
    }),
    ...(byMs !== 0 && { putRight: { partition: partitionOf(worst!)?.index ?? 0, byMs } }),
    lateMs: Math.max(...starts.map(({ lateMs }) => lateMs)),
  };
}

function aheadOf({ header }: RunPart): number {
  return header.start?.aheadMs ?? 0;
}

/** Below this a start counts as one in time: what a busy machine takes for a timer. */
const LATE_MS = 1;

export function startText(start: StartSummary): string {
  const { at, skewLeastMs, skewMostMs, putRight, lateMs } = start;
  const late = lateMs > LATE_MS ? `, the last ${measure(lateMs)} ms later` : '';
  if (skewLeastMs === undefined || skewMostMs === undefined) return `set to ${at}${late}`;
  const wrong = putRight
    ? `; that of partition ${putRight.partition} was put right by ${measure(putRight.byMs)} ms`
    : '; none was seen to differ';
  return `together at ${at}${late}; clocks at most ${measure(-skewLeastMs)} ms behind and ${measure(skewMostMs)} ms ahead of rank 0's, as far as could be measured${wrong}`;
}
