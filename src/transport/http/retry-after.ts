import type { ResponseHeaders } from './response-headers.ts';

/** A year: more is no time that anybody waits for. */
const WAIT_MS_MAX = 365 * 24 * 3600 * 1000;
/** `Sun, 06 Nov 1994 08:49:37 GMT` and the two older forms that servers may still send (RFC 9110, 5.6.7). */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +(?:\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} +\d{1,2} \d{2}:\d{2}:\d{2} \d{4})$/;

/**
 * How long the server asks to be left alone, from now on: `Retry-After` in seconds or as a date, or OpenAI's
 * `retry-after-ms`. A date counts from the server's own where it tells it, as clocks differ. Undefined: it
 * does not ask, or not in a way that can be read.
 */
export function retryAfterMs(headers: ResponseHeaders, nowEpochMs: number): number | undefined {
  const waitMs = askedMs(headers, nowEpochMs);
  return waitMs === undefined ? undefined : Math.min(WAIT_MS_MAX, Math.max(0, waitMs));
}

function askedMs(headers: ResponseHeaders, nowEpochMs: number): number | undefined {
  const exactMs = numberIn(headers['retry-after-ms']);
  if (exactMs !== undefined) return exactMs;
  const sec = numberIn(headers['retry-after']);
  if (sec !== undefined) return sec * 1000;
  const dateMs = dateIn(headers['retry-after']);
  return dateMs === undefined ? undefined : dateMs - (dateIn(headers['date']) ?? nowEpochMs);
}

type Value = ResponseHeaders[string];

/** A fraction is none of HTTP's, but gateways send some. */
function numberIn(value: Value): number | undefined {
  const text = String(value ?? '').trim();
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function dateIn(value: Value): number | undefined {
  const text = String(value ?? '').trim();
  if (!HTTP_DATE.test(text)) return undefined;
  // The oldest form has no zone, and means this one.
  const ms = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(ms) ? undefined : ms;
}
