/** How a request ended, in the words of AIBrix's client, and two that it has no record of. */
export type AnalysedStatus = 'success' | 'error' | 'cancelled' | 'unsent';

/** What an analysis knows of one request. Seconds and tokens; what is absent is unknown, never 0. */
export interface AnalysedRequest {
  readonly status: AnalysedStatus;
  /** The kind of failure. */
  readonly error?: string | undefined;
  /** On a clock that all requests share: Unix time, or whatever the file has. */
  readonly startSec?: number | undefined;
  readonly endSec?: number | undefined;
  readonly latencySec?: number | undefined;
  readonly ttftSec?: number | undefined;
  readonly tpotSec?: number | undefined;
  readonly promptTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly totalTokens?: number | undefined;
}

interface Metric {
  readonly label: string;
  readonly unit: 's' | 'tokens' | '/s' | 'count';
  of(request: AnalysedRequest): number | undefined;
}

/**
 * The metrics of AIBrix's analysis, in its order; `errors` alone is of failed requests too. Throughput is a
 * request's output tokens over its latency, `tokensPerSec` all of its tokens.
 */
export const ANALYSED = {
  latencySec: { label: 'Latency', unit: 's', of: ({ latencySec }) => latencySec },
  outputTokensPerSec: {
    label: 'Output tokens/s of a request',
    unit: '/s',
    of: ({ outputTokens, latencySec }) => rate(outputTokens, latencySec),
  },
  tokensPerSec: {
    label: 'Tokens/s of a request',
    unit: '/s',
    of: ({ totalTokens, latencySec }) => rate(totalTokens, latencySec),
  },
  promptTokens: { label: 'Prompt tokens', unit: 'tokens', of: ({ promptTokens }) => promptTokens },
  outputTokens: { label: 'Output tokens', unit: 'tokens', of: ({ outputTokens }) => outputTokens },
  totalTokens: { label: 'Total tokens', unit: 'tokens', of: ({ totalTokens }) => totalTokens },
  ttftSec: { label: 'TTFT', unit: 's', of: ({ ttftSec }) => ttftSec },
  tpotSec: { label: 'TPOT', unit: 's', of: ({ tpotSec }) => tpotSec },
  errors: { label: 'Errors', unit: 'count', of: ({ status }) => (status === 'error' ? 1 : 0) },
} as const satisfies Record<string, Metric>;

export type AnalysedName = keyof typeof ANALYSED;

/** Completed or failed: what the end of a run cut off is not judged. */
export function isJudged({ status }: AnalysedRequest): boolean {
  return status === 'success' || status === 'error';
}

/** The metric's value in this request, where it counts; undefined where it has none. */
export function valueIn(name: AnalysedName, request: AnalysedRequest): number | undefined {
  const counts = name === 'errors' ? isJudged(request) : request.status === 'success';
  return counts ? (ANALYSED[name] as Metric).of(request) : undefined;
}

function rate(tokens: number | undefined, sec: number | undefined): number | undefined {
  return tokens === undefined || !sec ? undefined : tokens / sec;
}
