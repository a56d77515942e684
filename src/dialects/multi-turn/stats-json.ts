import type { RecordStatus, TurnRecord } from '../../record/record.ts';
import { writeJsonArray } from './json-file.ts';
import {
  type MultiTurnDefinition,
  type MultiTurnNames,
  multiTurnStats,
  type RequestStats,
} from './request.ts';

/** One object of --stats-json-output: the tool's fields, then ours. */
export interface RequestStatsJson extends RequestStats {
  /** 0-based turn within the conversation. */
  readonly turn: number;
  /** `ok`, or how it failed, or `unsent`. */
  readonly status: RecordStatus;
  /** null for a completed request. */
  readonly error: string | null;
  /** Unix time; milliseconds of simulated time in a simulated run; null for a request that was not sent. */
  readonly start_epoch_ms: number | null;
}

export interface StatsJsonSettings extends MultiTurnNames {
  readonly definition: MultiTurnDefinition;
  /** The run header's. */
  readonly originEpochMs: number;
}

const INDENT = 2;

/**
 * Every planned, measured request in the order of starting, those never sent at the end. The tool has the
 * completed ones only: a reader for it must leave out what has an `error`.
 */
export function requestStatsJson(
  records: readonly TurnRecord[],
  settings: StatsJsonSettings,
): RequestStatsJson[] {
  return records
    .filter(({ phase }) => phase === 'measure')
    .toSorted((a, b) => (a.sentMs ?? Infinity) - (b.sentMs ?? Infinity) || 0)
    .map((record) => {
      const stats = multiTurnStats(record, settings.definition, settings);
      const startMs = stats.start_time_ms;
      return {
        ...stats,
        turn: record.turn,
        status: record.status,
        error: record.status === 'ok' ? null : (record.reason ?? record.status),
        start_epoch_ms: startMs === null ? null : settings.originEpochMs + startMs,
      };
    });
}

/** @throws UsageError if the file cannot be written. */
export function writeStatsJson(
  path: string,
  records: readonly TurnRecord[],
  settings: StatsJsonSettings,
): void {
  writeJsonArray(path, requestStatsJson(records, settings), INDENT);
}
