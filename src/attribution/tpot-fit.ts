import { itlMs } from '../stats/latency.ts';
import { type Fit, regress, type TooFew } from './fit.ts';
import type { Seen } from './ttft-fit.ts';

/** What a token of an answer waits for. */
export type TpotCause =
  /** Another request that is being answered. */
  | 'decoding'
  /** A token of context of its own. */
  | 'context'
  /** A token of another request's prompt that is computed meanwhile, or loaded from below the GPU. */
  | 'computed'
  | 'loaded'
  /** Attention to what is before these tokens: a million pairs of query and key. */
  | 'attention';

/** Mean gaps between the tokens of an answer (ITL), on what went on meanwhile: a gap's share of it. */
export function tpotFit(all: readonly Seen[]): Fit<TpotCause> | TooFew {
  const seen = all.filter(
    ({ request }) => itlMs(request.record) !== undefined && request.inputTokens !== undefined,
  );
  const gaps = ({ request }: Seen) => request.outputTokens! - 1;
  const column = (of: (one: Seen) => number) => Float64Array.from(seen, of);
  return regress<TpotCause>({
    timesMs: column(({ request }) => itlMs(request.record)!),
    causes: [
      {
        name: 'context',
        values: column(({ request }) => request.inputTokens! + request.outputTokens! / 2),
        inflationMax: 10,
      },
      { name: 'decoding', values: column(({ inFlight }) => inFlight.answer.decoding) },
      {
        name: 'computed',
        values: column((one) => one.inFlight.answer.computedTokens / gaps(one)),
      },
      {
        name: 'attention',
        values: column((one) => one.inFlight.answer.pairs / 1e6 / gaps(one)),
        inflationMax: 100,
      },
      {
        name: 'loaded',
        values: column((one) => one.inFlight.answer.loadedTokens / gaps(one)),
        inflationMax: 10,
      },
    ],
    sessions: Int32Array.from(seen, ({ request }) => request.record.userId),
  });
}
