import { isFailure, type TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { placeParts } from '../stats/time/timeline.ts';

/** A planned request, and where its times lie. */
export interface PlannedRequest {
  readonly record: TurnRecord;
  /** Which resume it is of; 0: the run itself. */
  readonly part: number;
  /** Added to a time of the record, gives a time of the timeline that all parts of the run share. */
  readonly offsetMs: number;
  /** The same for Unix time; undefined in virtual time. */
  readonly epochMs: number | undefined;
}

/** All of a run, warm-up included, in the order in which they were due; last those that never were. */
export function plannedRequests({ parts }: Run): PlannedRequest[] {
  return placeParts(parts)
    .flatMap(({ part: { header, records }, offsetMs }) => {
      const epochMs = header.clock === 'system' ? header.originEpochMs : undefined;
      return records.map((record) => ({ record, part: header.part, offsetMs, epochMs }));
    })
    .sort((a, b) => dueMs(a) - dueMs(b) || 0);
}

/** Measured ones that came to an end by themselves, as the formats of other tools have them. */
export function endedRequests(run: Run): PlannedRequest[] {
  return plannedRequests(run).filter(
    ({ record: { phase, status } }) =>
      phase === 'measure' && (status === 'ok' || isFailure(status)),
  );
}

/** Unix time in milliseconds, or time of the simulation. */
export function clockMs({ epochMs, offsetMs }: PlannedRequest, ms: number): number {
  return ms + (epochMs ?? offsetMs);
}

/** What it is called in files: unique in the run, but for turns that a resume played again. */
export function requestId({ record: { userId, turn, agent } }: PlannedRequest): string {
  return [userId, turn, ...(agent ? [agent.id, agent.place] : [])].join('-');
}

function dueMs({ record, offsetMs }: PlannedRequest): number {
  const ms = record.intendedMs ?? record.sentMs;
  return ms === undefined ? Infinity : ms + offsetMs;
}
