import type { Served } from './served.ts';

/** First tokens of one step arrive within this of each other. */
const SAME_STEP_MS = 2;
/** A prompt takes at least so long. */
const PREFILL_MIN_MS = 1;

/**
 * When the engine let each request in: that is when it looks in its cache. Where it told how long the prefill took,
 * that long before the first token. Else it is between when it was sent, or when the prompts before it had been
 * computed, whichever came last, and the first token: `at` (0 to 1) of that way on. In the order of sending.
 */
export function admissionsOf(served: readonly Served[], at: number): Float64Array {
  let ofRun = known.get(served);
  if (!ofRun) {
    const isTold = served.every(({ prefillMs }) => prefillMs !== undefined);
    known.set(served, (ofRun = { isTold, byOrder: new Map() }));
  }
  const order = ofRun.isTold ? 0 : at;
  let admittedMs = ofRun.byOrder.get(order);
  if (!admittedMs) ofRun.byOrder.set(order, (admittedMs = made(served, order)));
  return admittedMs;
}

/** Several questions are asked of the same requests in the same order. */
const known = new WeakMap<
  readonly Served[],
  { readonly isTold: boolean; readonly byOrder: Map<number, Float64Array> }
>();

function made(served: readonly Served[], at: number): Float64Array {
  const admittedMs = new Float64Array(served.length);
  let computedMs = -Infinity;
  served.forEach(({ sentMs, firstTokenMs, prefillMs }, request) => {
    const earliestMs = Math.min(Math.max(sentMs, computedMs), firstTokenMs - PREFILL_MIN_MS);
    admittedMs[request] =
      prefillMs === undefined
        ? earliestMs + at * (firstTokenMs - earliestMs)
        : Math.max(sentMs, firstTokenMs - prefillMs);
    computedMs = Math.max(computedMs, firstTokenMs - SAME_STEP_MS);
  });
  return admittedMs;
}
