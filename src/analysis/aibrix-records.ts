import { UsageError } from '../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJson, shown } from '../base/json.ts';
import { dataLines } from '../workload/files/lines.ts';
import type { AnalysedRequest, AnalysedStatus } from './request.ts';

const STATUSES: readonly unknown[] = [
  'success',
  'error',
  'cancelled',
  'unsent',
] satisfies AnalysedStatus[];

/**
 * The records of AIBrix's client, theirs or ours. A number that is null or missing is unknown; those of a
 * failed request are not read, as theirs are 0 for what is not known.
 * @throws UsageError naming file, line, field, what was found and what was expected.
 */
export async function readAibrixRecords(file: string): Promise<AnalysedRequest[]> {
  const requests: AnalysedRequest[] = [];
  for await (const { number, text } of dataLines(file)) {
    const request = requestOf(text);
    if (typeof request === 'string') throw new UsageError(`${file}: line ${number}: ${request}`);
    requests.push(request);
  }
  if (requests.length) return requests;
  throw new UsageError(
    `${file}: it is empty; expected records of AIBrix's client, a JSON object a line`,
  );
}

/** The request, or what is wrong with it. */
function requestOf(text: string): AnalysedRequest | string {
  const record = parsedJson(text);
  if (record === undefined) return notJson(text);
  if (!isObject(record)) return `found ${shown(text)}; expected an object`;
  const problem =
    (STATUSES.includes(record['status']) ? undefined : badStatus(record)) ??
    wrong(record, TIMES, isSec, 'seconds >= 0') ??
    wrong(record, COUNTS, isCount, 'tokens >= 0') ??
    missing(record);
  return problem ?? analysed(record);
}

const TIMES = ['start_time', 'end_time', 'latency', 'ttft', 'tpot'] as const;
const COUNTS = ['prompt_tokens', 'output_tokens', 'total_tokens'] as const;
/** Without these of a completed request there is nothing to analyse. */
const NEEDED = ['start_time', 'end_time', 'latency'] as const;

function badStatus(record: Readonly<Record<string, unknown>>): string {
  return `status: ${found(record['status'])}; expected success, error, cancelled or unsent`;
}

function wrong(
  record: Readonly<Record<string, unknown>>,
  names: readonly string[],
  accepts: (value: unknown) => boolean,
  expected: string,
): string | undefined {
  const name = names.find((one) => !accepts(record[one] ?? 0));
  return name && `${name}: ${found(record[name])}; expected ${expected}, or null`;
}

function missing(record: Readonly<Record<string, unknown>>): string | undefined {
  if (record['status'] !== 'success') return undefined;
  const name = NEEDED.find((one) => typeof record[one] !== 'number');
  return name && `${name}: ${found(record[name])}; expected seconds of a completed request`;
}

function isSec(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

/** What is analysed of a record that is one. */
export function analysed(record: Readonly<Record<string, unknown>>): AnalysedRequest {
  const number = (name: string) => (record[name] ?? undefined) as number | undefined;
  const { error_type: error, status } = record;
  const times = { startSec: number('start_time'), endSec: number('end_time') };
  if (status !== 'success') {
    return {
      status: status as AnalysedStatus,
      ...(typeof error === 'string' && { error }),
      ...times,
    };
  }
  return {
    status,
    ...times,
    latencySec: number('latency'),
    ttftSec: number('ttft'),
    tpotSec: number('tpot'),
    promptTokens: number('prompt_tokens'),
    outputTokens: number('output_tokens'),
    totalTokens: number('total_tokens'),
  };
}
