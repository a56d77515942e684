import { deviation, mean } from 'd3-array';
import type { Coefficient, Fit, TooFew } from './fit.ts';
import type { ToldByServer } from './told-by-server.ts';
import type { Seen, TtftCause, TtftFits } from './ttft-fit.ts';

/** How fast tokens come back from below the GPU, and whether that is worth it. */
export interface Reload {
  readonly bytesPerToken: number | undefined;
  /** From the GPU down: those that any token came from. */
  readonly tiers: readonly TierReload[];
  /** Milliseconds that a load takes however little it is. */
  readonly loadMs?: Fitted;
  /** Bytes over time of its transfers, as the server counts them: of these, what is fitted is a check. */
  readonly toldGBps?: number;
  /** Microseconds to compute a token instead, attention to what is before it included. */
  readonly computeUs?: Fitted;
  /** Bandwidth from which on loading a token takes less than computing it. */
  readonly breakEvenGBps?: Fitted;
}

export interface TierReload {
  /** below: all that is below the GPU, where the server does not tell storage from the host's memory. */
  readonly tier: 'below' | 'host' | 'storage';
  /** Microseconds that a token takes to load, as fitted; absent: too little to tell. */
  readonly loadUs?: Fitted;
  /** Loads are so much alike that this holds what every load takes, however little it is: no bandwidth follows. */
  readonly isWithFixed?: true;
  /** The same in GB/s (1 GB is 1e9 bytes), where the bytes of a token are known. */
  readonly GBps?: Fitted;
  readonly verdict: 'pays' | 'costs' | 'cannot tell';
}

export interface Fitted {
  readonly value: number;
  readonly interval95: readonly [number, number];
}

/** Of an interval's half, in its value: from more nothing is concluded. */
const HALF_MAX = 0.5;

export function reloadOf(
  fits: TtftFits,
  seen: readonly Seen[],
  bytesPerToken: number | undefined,
  { loadedBytes, loadMs: toldMs }: ToldByServer,
): Reload {
  const own = numbersOf(fits.prefill);
  const loads = fits.queue ? numbersOf(fits.queue) : own;
  const computed = clear(own.get('uncached'));
  const computeUs = computed && inMicroseconds(computed);
  const fixed = loads.get('load');
  const storage = loadsOf(seen, ({ storageTokens = 0 }) => storageTokens);
  const host = loadsOf(
    seen,
    ({ externalTokens = 0, storageTokens = 0 }) => externalTokens - storageTokens,
  );
  const tier = (name: TierReload['tier'], cause: TtftCause, isAlike: boolean): TierReload => {
    const found = clear(loads.get(cause));
    const loadUs = found && inMicroseconds(found);
    const isWithFixed =
      fixed?.finding !== 'told' && (isAlike || isMixed(fits.queue ?? fits.prefill));
    return {
      tier: name,
      ...(loadUs && { loadUs }),
      ...(loadUs && isWithFixed && { isWithFixed }),
      ...(loadUs &&
        !isWithFixed &&
        bytesPerToken !== undefined && { GBps: bandwidth(bytesPerToken, loadUs) }),
      verdict: verdictOf(loadUs, computeUs),
    };
  };
  return {
    bytesPerToken,
    tiers: [
      ...(host.length ? [tier(storage.length ? 'host' : 'below', 'external', areAlike(host))] : []),
      ...(storage.length ? [tier('storage', 'storage', areAlike(storage))] : []),
    ],
    ...(fixed?.finding === 'told' && {
      loadMs: { value: fixed.value, interval95: fixed.interval95 },
    }),
    ...(loadedBytes && toldMs && { toldGBps: loadedBytes / toldMs / 1e6 }),
    ...(computeUs && { computeUs }),
    ...(computeUs &&
      bytesPerToken !== undefined && { breakEvenGBps: bandwidth(bytesPerToken, computeUs) }),
  };
}

type Numbers = ReadonlyMap<TtftCause, Coefficient<TtftCause>>;

function numbersOf(fit: Fit<TtftCause> | TooFew): Numbers {
  return 'tooFew' in fit ? new Map() : new Map(fit.coefficients.map((one) => [one.name, one]));
}

/** Without the fixed part of a load, own tokens seem to take that as well. */
function isMixed(fit: Fit<TtftCause> | TooFew): boolean {
  return (
    'leftOut' in fit && fit.leftOut.some(({ name, why }) => name === 'load' && why === 'alike')
  );
}

/** Of those that loaded any: how many tokens. */
function loadsOf(seen: readonly Seen[], of: (request: Seen['request']) => number): number[] {
  return seen.flatMap(({ request }) => of(request) || []);
}

/** Standard deviation over mean: from less no line through the loads tells a token from what any load takes. */
const ALIKE_CV = 0.5;

function areAlike(loads: readonly number[]): boolean {
  return (deviation(loads) ?? 0) < ALIKE_CV * (mean(loads) ?? 0);
}

function clear<C extends Coefficient>(found: C | undefined): C | undefined {
  if (!found || !(found.value > 0)) return undefined;
  return found.interval95[1] - found.value <= HALF_MAX * found.value ? found : undefined;
}

function inMicroseconds({ value, interval95: [low, high] }: Coefficient): Fitted {
  return { value: 1e3 * value, interval95: [1e3 * low, 1e3 * high] };
}

/** Bytes a microsecond are MB/s. */
function bandwidth(bytes: number, { value, interval95: [low, high] }: Fitted): Fitted {
  const of = (us: number) => bytes / us / 1e3;
  return { value: of(value), interval95: [of(high), of(low)] };
}

function verdictOf(load: Fitted | undefined, compute: Fitted | undefined): TierReload['verdict'] {
  if (!load || !compute) return 'cannot tell';
  if (load.interval95[1] < compute.interval95[0]) return 'pays';
  return load.interval95[0] > compute.interval95[1] ? 'costs' : 'cannot tell';
}
