import { Accumulated, type Growth } from './accumulated.ts';
import type { TimedRequest } from './timed-request.ts';

/** What else went on while a request waited for its first token, and while it was answered. */
export interface InFlight {
  /** Uncached tokens of others that were computed while it waited. */
  readonly computedTokens: number;
  /** External tokens of others, sent before it, that were still to be loaded when it was sent. */
  readonly loadingTokens: number;
  /** In the mean over its wait: how many others were being answered, and how many were waiting. */
  readonly decoding: number;
  readonly waiting: number;
  /** The same while it was answered itself; and what was computed and loaded of others then. */
  readonly answer: {
    readonly lengthMs: number;
    readonly decoding: number;
    readonly computedTokens: number;
    readonly loadedTokens: number;
    /** Of query and key, in the attention of what was computed. */
    readonly pairs: number;
  };
}

/** When a request's own tokens were computed, as far as can be told. */
export interface PrefillSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** First tokens no further apart came of one step of the engine. */
const SAME_STEP_MS = 2;
/** Nothing is computed in no time. */
const SHORTEST_MS = 0.001;

/**
 * When each request's tokens were computed. Where the server says how long that took, so long before the first token.
 * Else first come, first served: from when it was sent, or from when a request that was ahead of it had its first token.
 */
export function prefillSpans(requests: readonly TimedRequest[]): PrefillSpan[] {
  const spans = new Array<PrefillSpan>(requests.length);
  for (const indexes of byEngine(requests)) {
    const order = [...indexes].sort(
      (a, b) => requests[a]!.firstTokenMs - requests[b]!.firstTokenMs,
    );
    // The last first token that was a step before that of the request at hand.
    let before = -1;
    order.forEach((index, place) => {
      const { sentMs, firstTokenMs, record } = requests[index]!;
      while (
        before + 1 < place &&
        requests[order[before + 1]!]!.firstTokenMs < firstTokenMs - SAME_STEP_MS
      ) {
        before++;
      }
      const previousMs = before < 0 ? -Infinity : requests[order[before]!]!.firstTokenMs;
      const { enginePrefillMs } = record;
      const fromMs =
        enginePrefillMs === undefined
          ? Math.max(sentMs, previousMs)
          : Math.max(sentMs, firstTokenMs - enginePrefillMs);
      spans[index] = { fromMs: Math.min(fromMs, firstTokenMs - SHORTEST_MS), toMs: firstTokenMs };
    });
  }
  return spans;
}

/** One for each request, in their order, which is that of sending. */
export function inFlightOf(
  requests: readonly TimedRequest[],
  spans: readonly PrefillSpan[],
): InFlight[] {
  const result = new Array<InFlight>(requests.length);
  for (const indexes of byEngine(requests)) {
    const traffic = trafficOf(indexes, requests, spans);
    let loadsBefore = 0;
    for (const index of indexes) {
      const request = requests[index]!;
      result[index] = seenBy(request, traffic, loadsBefore);
      loadsBefore += request.externalTokens ?? 0;
    }
  }
  return result;
}

/** Places of the requests of each engine. */
function byEngine(requests: readonly TimedRequest[]): number[][] {
  const places = new Map<unknown, number[]>();
  requests.forEach(({ engine }, index) => {
    const known = places.get(engine);
    if (known) known.push(index);
    else places.set(engine, [index]);
  });
  return [...places.values()];
}

interface Traffic {
  readonly computed: Accumulated;
  readonly loaded: Accumulated;
  readonly waited: Accumulated;
  readonly decoded: Accumulated;
  readonly pairs: Accumulated;
}

function trafficOf(
  indexes: readonly number[],
  requests: readonly TimedRequest[],
  spans: readonly PrefillSpan[],
): Traffic {
  const pieces = (of: (request: TimedRequest, span: PrefillSpan) => Growth) =>
    new Accumulated(indexes.map((index) => of(requests[index]!, spans[index]!)));
  return {
    computed: pieces(({ uncachedTokens, inputTokens }, { fromMs, toMs }) => ({
      fromMs,
      toMs,
      amount: uncachedTokens ?? inputTokens ?? 0,
    })),
    loaded: pieces(({ sentMs, firstTokenMs, externalTokens = 0 }) => ({
      fromMs: sentMs,
      toMs: firstTokenMs,
      amount: externalTokens,
    })),
    waited: pieces(({ sentMs, firstTokenMs }) => ({
      fromMs: sentMs,
      toMs: firstTokenMs,
      amount: firstTokenMs - sentMs,
    })),
    pairs: pieces((request, { fromMs, toMs }) => ({ fromMs, toMs, amount: pairsOf(request) })),
    decoded: pieces(({ firstTokenMs, lastTokenMs }) => ({
      fromMs: firstTokenMs,
      toMs: lastTokenMs,
      amount: lastTokenMs - firstTokenMs,
    })),
  };
}

/** Each uncached token looks at all before it, and itself. */
function pairsOf({ uncachedTokens, inputTokens = 0 }: TimedRequest): number {
  const own = uncachedTokens ?? inputTokens;
  return own * (inputTokens - own + (own + 1) / 2);
}

function seenBy(
  request: TimedRequest,
  { computed, loaded, waited, decoded, pairs }: Traffic,
  loadsBefore: number,
): InFlight {
  const { sentMs, firstTokenMs, lastTokenMs } = request;
  const own = request.uncachedTokens ?? request.inputTokens ?? 0;
  const waitMs = Math.max(firstTokenMs - sentMs, Number.MIN_VALUE);
  const answerMs = lastTokenMs - firstTokenMs;
  const overAnswer = (amount: number) => (answerMs > 0 ? amount / answerMs : 0);
  return {
    computedTokens: Math.max(0, computed.between(sentMs, firstTokenMs) - own),
    loadingTokens: Math.max(0, loadsBefore - loaded.by(sentMs)),
    decoding: decoded.between(sentMs, firstTokenMs) / waitMs,
    waiting: Math.max(0, waited.between(sentMs, firstTokenMs) / waitMs - 1),
    answer: {
      lengthMs: answerMs,
      decoding: Math.max(0, overAnswer(decoded.between(firstTokenMs, lastTokenMs)) - 1),
      computedTokens: computed.between(firstTokenMs, lastTokenMs),
      loadedTokens: loaded.between(firstTokenMs, lastTokenMs),
      pairs: pairs.between(firstTokenMs, lastTokenMs),
    },
  };
}
