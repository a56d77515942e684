import { type Cause, type Fit, regress, type TooFew } from './fit.ts';
import type { InFlight } from './in-flight.ts';
import type { TimedRequest } from './timed-request.ts';

/** What a first token waits for. */
export type TtftCause =
  /** Own input tokens, by where they came from; `input` where nobody says how many were cached. */
  | 'uncached'
  | 'input'
  | 'local'
  | 'external'
  /** Of those from below the GPU: from storage, not from the host's memory. */
  | 'storage'
  /** A request that loads anything, however much. */
  | 'load'
  /** Tokens of others that were computed meanwhile, and those that were to be loaded before. */
  | 'computedAhead'
  | 'externalAhead'
  /** Another request that is being answered. */
  | 'decoding';

export interface TtftFits {
  /** Where the server says how long requests queued: TTFT less that. Else TTFT, with the queue as a cause. */
  readonly prefill: Fit<TtftCause> | TooFew;
  /** Of the queue that the server told, which holds the loads; absent where it did not tell. */
  readonly queue?: Fit<TtftCause> | TooFew;
  readonly queueFrom: 'told' | 'fitted';
}

/** A request that can be asked what its first token waited for. */
export interface Seen {
  readonly request: TimedRequest;
  readonly inFlight: InFlight;
}

/** Most of the requests. */
const TOLD_SHARE = 0.9;

export function ttftFits(seen: readonly Seen[]): TtftFits {
  const told = seen.filter(({ request }) => request.record.engineQueueMs !== undefined);
  if (!told.length || told.length < TOLD_SHARE * seen.length) {
    const timesMs = (one: Seen) => ttft(one);
    return {
      prefill: fitted(seen, timesMs, [...OWN, ...LOADS, ...AHEAD, 'decoding']),
      queueFrom: 'fitted',
    };
  }
  return {
    prefill: fitted(told, (one) => ttft(one) - queue(one), [...OWN, 'decoding']),
    queue: fitted(told, queue, [...LOADS, ...AHEAD, 'decoding']),
    queueFrom: 'told',
  };
}

const OWN: readonly TtftCause[] = ['uncached', 'input', 'local'];
const LOADS: readonly TtftCause[] = ['external', 'storage', 'load'];
const AHEAD: readonly TtftCause[] = ['computedAhead', 'externalAhead'];

function ttft({ request }: Seen): number {
  return request.firstTokenMs - request.sentMs;
}

function queue({ request }: Seen): number {
  return request.record.engineQueueMs!;
}

/** How much of each cause a request had; undefined: unknown. */
const AMOUNTS: Readonly<Record<TtftCause, (seen: Seen) => number | undefined>> = {
  uncached: ({ request }) => request.uncachedTokens,
  input: ({ request }) => request.inputTokens,
  local: ({ request }) => request.localTokens,
  external: ({ request: { externalTokens, storageTokens = 0 } }) =>
    externalTokens === undefined ? undefined : externalTokens - storageTokens,
  storage: ({ request: { externalTokens, storageTokens = 0 } }) =>
    externalTokens === undefined ? undefined : storageTokens,
  load: ({ request: { externalTokens } }) =>
    externalTokens === undefined ? undefined : Math.min(1, externalTokens),
  computedAhead: ({ inFlight }) => inFlight.computedTokens,
  externalAhead: ({ inFlight }) => inFlight.loadingTokens,
  decoding: ({ inFlight }) => inFlight.decoding,
};

/**
 * What is left out, in this order, where others tell the same, and from which inflation on. Without the fixed part of a load,
 * its tokens would seem to take that too: it stays as long as it can.
 */
const OPTIONAL: ReadonlyMap<TtftCause, number> = new Map([
  ['load', 100],
  ['local', 10],
  ['decoding', 10],
  ['externalAhead', 10],
]);

/** Milliseconds of a request's TTFT by a cause, as one of the fits has it; undefined where it does not. */
export function amountOf(cause: TtftCause, seen: Seen): number | undefined {
  return AMOUNTS[cause](seen);
}

function fitted(
  all: readonly Seen[],
  timeMs: (one: Seen) => number,
  asked: readonly TtftCause[],
): Fit<TtftCause> | TooFew {
  const isCachedTold = all.some((one) => AMOUNTS.uncached(one) !== undefined);
  const causes = asked.filter(
    (cause) =>
      cause !== (isCachedTold ? 'input' : 'uncached') &&
      all.some((one) => AMOUNTS[cause](one) !== undefined),
  );
  const known = all.filter((one) => causes.every((cause) => AMOUNTS[cause](one) !== undefined));
  const ordered = [...OPTIONAL.keys(), ...causes.filter((cause) => !OPTIONAL.has(cause))].filter(
    (cause) => causes.includes(cause),
  );
  return regress({
    timesMs: Float64Array.from(known, timeMs),
    causes: ordered.map(
      (name): Cause<TtftCause> => ({
        name,
        values: Float64Array.from(known, (one) => AMOUNTS[name](one)!),
        ...(OPTIONAL.has(name) && { inflationMax: OPTIONAL.get(name)! }),
      }),
    ),
    sessions: Int32Array.from(known, ({ request }) => request.record.userId),
    scatter: Int32Array.from(known, ({ inFlight }) => crowd(inFlight.waiting)),
  });
}

/** The more wait at the same time, the less sure it is for what. Others in the mean over its wait. */
const CROWDS = [0.1, 0.5, 1, 2, 4, 8, 16];

function crowd(waiting: number): number {
  return CROWDS.filter((least) => waiting >= least).length;
}
