import type { TurnRecord } from '../record/record.ts';

// Times of one record, in milliseconds. Each is undefined where an end of it is unknown: never 0, never NaN.

/** First non-empty content, reasoning or tool-call delta - sent. */
export function ttftMs(record: TurnRecord): number | undefined {
  return span(record.sentMs, record.firstTokenMs);
}

/** The same first delta - when the turn was due. */
export function ttftFromIntendedMs(record: TurnRecord): number | undefined {
  return span(record.intendedMs, record.firstTokenMs);
}

/** Time to first output: first delta that is not reasoning - sent. */
export function ttfoMs(record: TurnRecord): number | undefined {
  return span(record.sentMs, record.firstOutputMs);
}

/** End of the stream - sent. */
export function latencyMs(record: TurnRecord): number | undefined {
  return span(record.sentMs, record.endMs);
}

/** End of the stream - when the turn was due: what the user waited. */
export function latencyFromIntendedMs(record: TurnRecord): number | undefined {
  return span(record.intendedMs, record.endMs);
}

/**
 * Time per output token = (latency - TTFT) / (output tokens - 1), as vLLM and AIPerf define it.
 * Unknown for an answer that came as a single delta: all of its tokens would seem to take no time.
 */
export function tpotMs(record: TurnRecord): number | undefined {
  return perGap(record, span(record.firstTokenMs, record.endMs));
}

/**
 * Inter-token latency, its mean over one request = (last delta - first delta) / (output tokens - 1).
 * Unlike TPOT it leaves out what follows the last token: the usage chunk and the end of the stream.
 * Tokens come from the engine's usage, as a delta may hold several.
 */
export function itlMs(record: TurnRecord): number | undefined {
  return perGap(record, span(record.firstTokenMs, record.lastTokenMs));
}

/** Sent - due, whatever the cause: the generator, a cap, a late previous answer, a new connection, retries. */
export function latenessMs(record: TurnRecord): number | undefined {
  return span(record.intendedMs, record.sentMs);
}

/**
 * The generator's own part of the lateness: sent - connecting - ready. Unknown after a retry or a
 * reconnect, where `sentMs` is the last try's. Rounding of its three terms can leave -0.001 ms: shown as 0.
 */
export function generatorDelayMs(record: TurnRecord): number | undefined {
  if (record.attempts !== 1 || record.reconnects !== 0) return undefined;
  const waited = span(record.readyMs, record.sentMs);
  return waited === undefined ? undefined : Math.max(0, waited - (record.connectMs ?? 0));
}

function span(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  return fromMs === undefined || toMs === undefined ? undefined : toMs - fromMs;
}

function perGap(record: TurnRecord, spanMs: number | undefined): number | undefined {
  const { outputTokens = 0, chunks } = record;
  return spanMs === undefined || outputTokens < 2 || chunks < 2
    ? undefined
    : spanMs / (outputTokens - 1);
}
