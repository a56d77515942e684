import type { PrefillSpan } from './in-flight.ts';
import type { TimedRequest } from './timed-request.ts';

/** Prompts of others that were computed while a request waited for its first token. */
export interface Blame {
  /** Those that mattered, the most first. */
  readonly prefills: readonly { readonly request: TimedRequest; readonly tokens: number }[];
  /** Tokens of all of them. */
  readonly tokens: number;
}

/** Of what was computed meanwhile; less is no cause worth a name. */
const SHARE_MIN = 0.05;

export function blameOf(
  index: number,
  requests: readonly TimedRequest[],
  spans: readonly PrefillSpan[],
): Blame {
  const { sentMs, firstTokenMs, engine } = requests[index]!;
  let tokens = 0;
  const found = requests.flatMap((request, other) => {
    if (other === index || request.engine !== engine) return [];
    const { fromMs, toMs } = spans[other]!;
    const meanwhileMs = Math.min(toMs, firstTokenMs) - Math.max(fromMs, sentMs);
    if (meanwhileMs <= 0) return [];
    const own = request.uncachedTokens ?? request.inputTokens ?? 0;
    const computed = own * (meanwhileMs / (toMs - fromMs));
    tokens += computed;
    return [{ request, tokens: computed }];
  });
  const prefills = found
    .filter((one) => one.tokens >= SHARE_MIN * tokens)
    .sort((a, b) => b.tokens - a.tokens);
  return { prefills, tokens };
}

/** Most of its prompt was computed. */
export function isCold({ uncachedTokens, inputTokens }: TimedRequest): boolean {
  return (
    uncachedTokens !== undefined && inputTokens !== undefined && 2 * uncachedTokens > inputTokens
  );
}
