import { quantile } from '../stats/exact.ts';
import type { Fit, TooFew } from './fit.ts';
import { amountOf, type Seen, type TtftCause, type TtftFits } from './ttft-fit.ts';

/** What a request's time went to, in the order in which it passed. */
export const PARTS = {
  held: 'due, but kept back: the previous answer came late, or a cap was full',
  client: 'the client was late, or tried again',
  connect: 'opening a connection',
  fixed: 'what every request takes: network, API, a step',
  queue: 'waiting behind others',
  batch: 'steps shared with requests being answered',
  uncached: 'computing its uncached tokens',
  local: 'cached on the GPU: attention to it',
  external: 'loading tokens from below the GPU',
  unexplained: 'of the first token, not explained by the fit',
  decode: 'its answer, at its median gap',
  stalls: 'gaps of its answer above three times the median',
  end: 'from the last token to the end of the stream',
} as const;

export type Part = keyof typeof PARTS;

export const PART_NAMES = Object.keys(PARTS) as Part[];

/** Milliseconds by part; they sum to the latency from when the request was due. `unexplained` may be below 0. */
export type Waterfall = Readonly<Record<Part, number>>;

export function totalMs(waterfall: Waterfall): number {
  return PART_NAMES.reduce((sum, part) => sum + waterfall[part], 0);
}

/** Up to the first token. */
export function ttftPartMs(waterfall: Waterfall): number {
  return totalMs(waterfall) - waterfall.decode - waterfall.stalls - waterfall.end;
}

export function waterfallOf(seen: Seen, fits: TtftFits): Waterfall {
  const { held, client, connect } = beforeSent(seen);
  const first = untilFirstToken(seen, fits);
  const { decode, stalls, end } = afterFirstToken(seen);
  // Subtle: written out, so that the waterfalls of a million requests are of one shape, and quick to sum up.
  return {
    ...{ held, client, connect },
    fixed: first.fixed,
    queue: first.queue,
    batch: first.batch,
    uncached: first.uncached,
    local: first.local,
    external: first.external,
    unexplained: first.unexplained,
    ...{ decode, stalls, end },
  };
}

function beforeSent({ request: { record } }: Seen) {
  const { intendedMs = record.sentMs!, sentMs = 0, connectMs = 0 } = record;
  const lateMs = Math.max(0, sentMs - intendedMs);
  const connect = Math.min(connectMs, lateMs);
  const readyMs = Math.min(Math.max(record.readyMs ?? intendedMs, intendedMs), sentMs - connect);
  const held = Math.max(0, readyMs - intendedMs);
  return { held, connect, client: lateMs - connect - held };
}

/** A number that cannot be told is none: what it stands for stays unexplained. */
function untilFirstToken(seen: Seen, { prefill, queue }: TtftFits) {
  const { request } = seen;
  const waitMs = request.firstTokenMs - request.sentMs;
  const own = costs(prefill, seen);
  const shared = queue ? costs(queue, seen) : own;
  const told = queue ? request.record.engineQueueMs : undefined;
  const loads = (shared.external ?? 0) + (shared.storage ?? 0) + (shared.load ?? 0);
  const external = told === undefined ? loads : Math.min(loads, told);
  const ahead = (shared.computedAhead ?? 0) + (shared.externalAhead ?? 0);
  const parts = {
    fixed: Math.max(0, own.base ?? 0),
    queue: told === undefined ? ahead : told - external,
    batch: own.decoding ?? 0,
    uncached: (own.uncached ?? 0) + (own.input ?? 0),
    local: own.local ?? 0,
    external,
  };
  const explainedMs = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { ...parts, unexplained: waitMs - explainedMs };
}

/** Milliseconds of each cause that a fit tells. */
export function costs(
  fit: Fit<TtftCause> | TooFew,
  seen: Seen,
): Partial<Record<TtftCause | 'base', number>> {
  if ('tooFew' in fit) return {};
  const found: Partial<Record<TtftCause | 'base', number>> = {};
  if (fit.base.finding !== 'unclear') found.base = fit.base.value;
  for (const { name, value, finding } of fit.coefficients) {
    if (finding !== 'unclear') found[name] = value * (amountOf(name, seen) ?? 0);
  }
  return found;
}

const STALL = 3;

function afterFirstToken({ request }: Seen) {
  const { firstTokenMs, lastTokenMs, endMs, record } = request;
  const answerMs = lastTokenMs - firstTokenMs;
  const gaps = Float64Array.from(record.chunkGapsMs ?? []).sort();
  const median = gaps.length ? quantile(gaps, 0.5) : 0;
  let stalls = 0;
  for (const gap of gaps) if (gap > STALL * median) stalls += gap - median;
  stalls = Math.min(stalls, answerMs);
  return { decode: answerMs - stalls, stalls, end: endMs - lastTokenMs };
}

/** Part by part. */
export function meanWaterfall(all: readonly Waterfall[]): Waterfall {
  const sums = PART_NAMES.map(() => 0);
  for (const one of all) {
    for (let at = 0; at < PART_NAMES.length; at++) sums[at]! += one[PART_NAMES[at]!];
  }
  const means = PART_NAMES.map((part, at) => [part, sums[at]! / all.length]);
  return Object.fromEntries(means) as Record<Part, number>;
}
