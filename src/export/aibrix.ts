import { writeWhole } from '../base/write-whole.ts';
import { isFailure, type TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { METRICS } from '../stats/metrics.ts';
import type { Message } from '../workload/message.ts';
import { inBatches } from './csv-text.ts';
import { clockMs, type PlannedRequest, plannedRequests } from './requests.ts';

/** What a journal does not have of a request, where whoever plays has kept it. */
export interface KeptText {
  readonly messages?: readonly Message[] | undefined;
  readonly answer?: string | undefined;
  /** The data's own name for the conversation; null: it belongs to none. */
  readonly session?: string | null | undefined;
}

/** Undefined for a request of which nothing was kept. */
export type TextOf = (record: TurnRecord) => KeptText | undefined;

/** Headers in which AIBrix's gateway says who served a request, and what it calls it. */
export const AIBRIX_HEADERS = ['target-pod', 'request-id'] as const;

/** A line of the file, but for `input`. Seconds, and moments as Unix time; null is unknown. */
export interface AibrixRecord {
  /** Their order of being due, from 0. */
  readonly request_id: number;
  readonly status: 'success' | 'error' | 'cancelled' | 'unsent';
  readonly error_type?: string;
  readonly error_message?: string;
  readonly error_traceback?: null;
  readonly output: string | null;
  readonly prompt_tokens: number | null;
  readonly output_tokens: number | null;
  readonly total_tokens: number | null;
  readonly latency: number | null;
  readonly throughput: number | null;
  readonly start_time: number | null;
  readonly end_time: number | null;
  readonly ttft: number | null;
  readonly tpot: number | null;
  readonly target_pod: string | null;
  readonly target_request_id: string | null;
  readonly session_id: number | string | null;
}

/**
 * Writes the records of AIBrix's client, in the order in which they ended, those of the warm-up left out; texts
 * where they were kept. Requests that were cut off or never sent have a record too.
 * @throws Error of the system if the file cannot be written.
 */
export function writeAibrix(path: string, run: Run, isStreamed: boolean, textOf?: TextOf): void {
  writeWhole(path, lines(run, isStreamed, textOf));
}

function* lines(run: Run, isStreamed: boolean, textOf?: TextOf): Generator<string> {
  for (const batch of inBatches(aibrixRequests(run))) {
    yield batch.map(({ request, id }) => line(request, id, isStreamed, textOf)).join('');
  }
}

/** Measured requests in the order in which they ended, each with its place in the order of being due. */
export function aibrixRequests(run: Run): { request: PlannedRequest; id: number }[] {
  return plannedRequests(run)
    .filter(({ record }) => record.phase === 'measure')
    .map((request, id) => ({ request, id }))
    .sort((a, b) => endOf(a.request) - endOf(b.request) || 0);
}

function endOf({ record: { endMs }, offsetMs }: PlannedRequest): number {
  return endMs === undefined ? Infinity : endMs + offsetMs;
}

function line(
  request: PlannedRequest,
  id: number,
  isStreamed: boolean,
  textOf: TextOf | undefined,
): string {
  const kept = textOf?.(request.record);
  const record = aibrixRecord(request, id, isStreamed, kept);
  const { request_id, status, error_type, error_message, error_traceback, ...rest } = record;
  const head = { request_id, status, error_type, error_message, error_traceback };
  const messages = kept?.messages?.map(({ json }) => json.toString());
  const input = messages ? `[${messages.join(',')}]` : 'null';
  // Their order of fields; messages are JSON already.
  return `${JSON.stringify(head).slice(0, -1)},"input":${input},${JSON.stringify(rest).slice(1)}\n`;
}

/** @param isStreamed in an answer that came whole nobody has seen a first token. */
export function aibrixRecord(
  request: PlannedRequest,
  id: number,
  isStreamed: boolean,
  kept?: KeptText,
): AibrixRecord {
  const { record } = request;
  const { inputTokens, outputTokens, sentMs, endMs } = record;
  // Their errors have zeros for what they do not know, and so have these.
  const unknown = isFailure(record.status) ? 0 : null;
  const isOk = record.status === 'ok';
  const total =
    inputTokens === undefined || outputTokens === undefined
      ? undefined
      : inputTokens + outputTokens;
  const latencyMs = METRICS.latencyMs.of(record) ?? failedAfterMs(record);
  const startMs =
    sentMs ?? (endMs === undefined ? undefined : (record.readyMs ?? record.intendedMs));
  const at = (ms: number | undefined) => (ms === undefined ? null : sec(clockMs(request, ms)));
  const headers = record.responseHeaders ?? {};
  return {
    request_id: id,
    ...statusOf(record),
    output: kept?.answer ?? null,
    prompt_tokens: inputTokens ?? unknown,
    output_tokens: outputTokens ?? unknown,
    total_tokens: total ?? unknown,
    latency: sec(latencyMs),
    throughput:
      outputTokens === undefined || !latencyMs ? unknown : (1000 * outputTokens) / latencyMs,
    start_time: at(startMs),
    end_time: at(endMs),
    ttft: isOk && isStreamed ? sec(METRICS.ttftMs.of(record)) : null,
    tpot: isOk && isStreamed ? sec(METRICS.tpotMs.of(record)) : null,
    target_pod: headers['target-pod'] ?? null,
    target_request_id: headers['request-id'] ?? null,
    session_id: sessionOf(record, kept),
  };
}

/** Of a request that no connection took: since it was to be sent. */
function failedAfterMs({ status, readyMs, intendedMs, endMs }: TurnRecord): number | undefined {
  const fromMs = readyMs ?? intendedMs;
  if (!isFailure(status) || fromMs === undefined || endMs === undefined) return undefined;
  return endMs - fromMs;
}

function statusOf(
  record: TurnRecord,
): Pick<AibrixRecord, 'status' | 'error_type' | 'error_message' | 'error_traceback'> {
  const { status, reason } = record;
  if (status === 'ok') return { status: 'success' };
  return {
    status: status === 'cancelled' || status === 'unsent' ? status : 'error',
    error_type: status,
    error_message: reason ?? status,
    error_traceback: null,
  };
}

/** As the data have it: numbers are numbers. Without the data it is the user's, which names the conversation. */
function sessionOf({ userId }: TurnRecord, kept: KeptText | undefined): number | string | null {
  if (kept?.session === undefined) return userId;
  if (kept.session === null) return null;
  const number = Number(kept.session);
  return Number.isSafeInteger(number) && String(number) === kept.session ? number : kept.session;
}

/** Of milliseconds, to the microsecond that journals have. */
function sec(ms: number | undefined): number | null {
  return ms === undefined ? null : Number((ms / 1000).toFixed(6));
}
