import { isInCsv, type MultiRoundQaRow, readMultiRoundQaCsv } from '../../export/read-csv.ts';
import { isFailure, type TurnRecord } from '../../record/record.ts';
import type { Run } from '../../record/run-folder.ts';
import type { IntervalSummary } from '../../stats/interval.ts';

/** The numbers of production-stack's performance summary, and ours. */
export interface MultiRoundQaNumbers {
  /** What --qps asked for; undefined if that is not known, as of a CSV. */
  readonly configuredQps: number | undefined;
  /** Requests launched per second. */
  readonly actualQps: number;
  readonly finishedPerSec: number;
  readonly inFlight: number;
  readonly inputTokensPerSec: number;
  readonly outputTokensPerSec: number;
  /** Means over finished requests; undefined if none has a value. */
  readonly meanGenerationTokensPerSec: number | undefined;
  readonly meanTtftSec: number | undefined;
  /** undefined: not known, as of a CSV, which holds finished requests only. */
  readonly failed: number | undefined;
  /** Unix time, or seconds of simulated time. */
  readonly startSec: number;
  readonly endSec: number;
}

/** The summary that the tool prints every --log-interval and at the end; without colours. */
export function multiRoundQaText(numbers: MultiRoundQaNumbers): string {
  const { configuredQps, meanGenerationTokensPerSec, meanTtftSec, startSec, endSec } = numbers;
  const notKnown = configuredQps === undefined ? ' (configured; not in a CSV)' : ' (configured)';
  return [
    '==================== Performance summary ======================',
    `  QPS: ${(configuredQps ?? 0).toFixed(4)} reqs/s${notKnown}`,
    `  Actual QPS: ${numbers.actualQps.toFixed(4)} reqs/s`,
    `  Processing speed: ${numbers.finishedPerSec.toFixed(4)} reqs/s`,
    `  Requests on-the-fly: ${numbers.inFlight}`,
    `  Failed requests: ${numbers.failed ?? '- (not in a CSV)'}`,
    `  Input tokens per second: ${numbers.inputTokensPerSec.toFixed(4)} tokens/s`,
    `  Output tokens per second: ${numbers.outputTokensPerSec.toFixed(4)} tokens/s`,
    `  Average generation throughput (per request): ${fixed(meanGenerationTokensPerSec)} tokens/req/s`,
    `  Average TTFT: ${fixed(meanTtftSec)}s`,
    `Time range: ${startSec} - ${endSec} (${(endSec - startSec).toFixed(2)}s)`,
    '===============================================================',
  ].join('\n');
}

/** The numbers of one interval of a run; `originEpochMs` is the run header's. */
export function intervalNumbers(
  interval: IntervalSummary,
  run: { configuredQps: number; originEpochMs: number },
): MultiRoundQaNumbers {
  const { meanTtftMs } = interval;
  return {
    configuredQps: run.configuredQps,
    actualQps: interval.launchedPerSec,
    finishedPerSec: interval.completedPerSec,
    inFlight: interval.inFlight,
    inputTokensPerSec: interval.inputTokensPerSec,
    outputTokensPerSec: interval.outputTokensPerSec,
    meanGenerationTokensPerSec: interval.meanGenerationTokensPerSec,
    meanTtftSec: meanTtftMs === undefined ? undefined : meanTtftMs / 1000,
    failed: interval.failed,
    startSec: sec(run.originEpochMs + interval.startMs),
    endSec: sec(run.originEpochMs + interval.endMs),
  };
}

/**
 * What --process-summary prints: the summary of a CSV, from its first launch to its last finish.
 * @throws UsageError naming file, line and column.
 */
export function processSummary(path: string): string {
  const unknown = { configuredQps: undefined, failed: undefined };
  return multiRoundQaText({ ...rowNumbers(readMultiRoundQaCsv(path)), ...unknown });
}

/** The numbers of a whole run: those of its CSV, and what a CSV does not hold. */
export function runNumbers(run: Run, configuredQps: number): MultiRoundQaNumbers {
  const records = run.parts.flatMap(({ header, records }) =>
    records
      .filter(({ phase }) => phase === 'measure')
      .map((record) => ({ record, originEpochMs: header.originEpochMs })),
  );
  const numbers = rowNumbers(
    records
      .filter(({ record }) => isInCsv(record))
      .map(({ record, originEpochMs }) => rowOf(record, originEpochMs)),
  );
  const launched = records.filter(({ record }) => record.sentMs !== undefined).length;
  const spanSec = numbers.endSec - numbers.startSec;
  return {
    ...numbers,
    configuredQps,
    actualQps: spanSec > 0 ? launched / spanSec : 0,
    failed: records.filter(({ record }) => isFailure(record.status)).length,
  };
}

function rowOf(record: TurnRecord, originEpochMs: number): MultiRoundQaRow {
  const { sentMs = 0, firstTokenMs, endMs = sentMs } = record;
  return {
    promptTokens: record.inputTokens,
    generationTokens: record.outputTokens,
    ttftSec: firstTokenMs === undefined ? undefined : sec(firstTokenMs - sentMs),
    generationSec: firstTokenMs === undefined ? undefined : sec(endMs - firstTokenMs),
    launchSec: sec(originEpochMs + sentMs),
    finishSec: sec(originEpochMs + endMs),
  };
}

function rowNumbers(
  rows: readonly MultiRoundQaRow[],
): Omit<MultiRoundQaNumbers, 'configuredQps' | 'failed'> {
  let startSec = rows.length ? Infinity : 0;
  let endSec = rows.length ? -Infinity : 0;
  for (const { launchSec, finishSec } of rows) {
    startSec = Math.min(startSec, launchSec);
    endSec = Math.max(endSec, finishSec);
  }
  const perSec = (count: number) => (endSec > startSec ? count / (endSec - startSec) : 0);
  const requestsPerSec = perSec(rows.length);
  return {
    actualQps: requestsPerSec,
    finishedPerSec: requestsPerSec,
    inFlight: 0,
    inputTokensPerSec: perSec(sum(rows.map(({ promptTokens }) => promptTokens))),
    outputTokensPerSec: perSec(sum(rows.map(({ generationTokens }) => generationTokens))),
    meanGenerationTokensPerSec: mean(rows.map(generationSpeed)),
    meanTtftSec: mean(rows.map(({ ttftSec }) => ttftSec)),
    startSec,
    endSec,
  };
}

/** Left out of the mean where the tool would divide by zero: a request without a token. */
function generationSpeed({ generationTokens, generationSec }: MultiRoundQaRow): number | undefined {
  if (generationTokens === undefined || !generationSec) return undefined;
  return generationTokens / generationSec;
}

function sum(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length ? sum(known) / known.length : undefined;
}

/** Milliseconds as seconds, to the microsecond, as in the CSV. */
function sec(ms: number): number {
  return Math.round(ms * 1000) / 1e6;
}

function fixed(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(4);
}
