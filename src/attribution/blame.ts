import type { PrefillSpan } from './in-flight.ts';
import type { TimedRequest } from './timed-request.ts';

/** Prompts of others that were computed while a request waited for its first token. */
export interface Blame {
  /** Those that mattered, the most first. */
  readonly prefills: readonly { readonly request: TimedRequest; readonly tokens: number }[];
  /** Of all, also of those that mattered little: how many, and their tokens. */
  readonly count: number;
  readonly tokens: number;
}

/** Of what was computed meanwhile; less is no cause worth a name. */
const SHARE_MIN = 0.05;

/** Finds them for any of the requests, which are in the order of sending. */
export function blamer(
  requests: readonly TimedRequest[],
  spans: readonly PrefillSpan[],
): (index: number) => Blame {
  // The latest first token of each request and all before it: where that is early enough, no earlier one matters.
  const latestMs = new Float64Array(requests.length);
  requests.forEach(({ firstTokenMs }, index) => {
    latestMs[index] = Math.max(firstTokenMs, latestMs[index - 1] ?? -Infinity);
  });
  return (index) => {
    const { sentMs, firstTokenMs } = requests[index]!;
    let first = index;
    while (first > 0 && latestMs[first - 1]! > sentMs) first--;
    let end = index + 1;
    while (end < requests.length && requests[end]!.sentMs < firstTokenMs) end++;
    const found = [...Array(end - first).keys()].flatMap((offset) => {
      const tokens = computedMeanwhile(index, first + offset, requests, spans);
      return tokens > 0 ? [{ request: requests[first + offset]!, tokens }] : [];
    });
    const tokens = found.reduce((sum, one) => sum + one.tokens, 0);
    const prefills = found
      .filter((one) => one.tokens >= SHARE_MIN * tokens)
      .sort((a, b) => b.tokens - a.tokens);
    return { prefills, count: found.length, tokens };
  };
}

/** Of another request's tokens, while this one waited. */
function computedMeanwhile(
  index: number,
  other: number,
  requests: readonly TimedRequest[],
  spans: readonly PrefillSpan[],
): number {
  const { sentMs, firstTokenMs, engine } = requests[index]!;
  const request = requests[other]!;
  if (other === index || request.engine !== engine) return 0;
  const { fromMs, toMs } = spans[other]!;
  const meanwhileMs = Math.min(toMs, firstTokenMs) - Math.max(fromMs, sentMs);
  const tokens = request.uncachedTokens ?? request.inputTokens ?? 0;
  return tokens * Math.max(0, meanwhileMs / (toMs - fromMs));
}

/** Most of its prompt was computed. */
export function isCold({ uncachedTokens, inputTokens }: TimedRequest): boolean {
  return (
    uncachedTokens !== undefined && inputTokens !== undefined && 2 * uncachedTokens > inputTokens
  );
}
