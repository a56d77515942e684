import type { Coefficient, Fit, TooFew } from './fit.ts';
import type { ToldByServer } from './told-by-server.ts';
import type { TtftCause, TtftFits } from './ttft-fit.ts';

/** How fast tokens come back from below the GPU, and whether that is worth it. */
export interface Reload {
  readonly bytesPerToken: number | undefined;
  /** From the GPU down: those that any token came from. */
  readonly tiers: readonly TierReload[];
  /** Milliseconds that a load takes however little it is. */
  readonly loadMs?: Fitted;
  /** Bytes over time of its transfers, as the server counts them. */
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
  /** What was fitted: own tokens, or those that others had to load before. */
  readonly loadFrom?: TtftCause;
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
  tokens: { readonly external: number | undefined; readonly storage: number | undefined },
  bytesPerToken: number | undefined,
  { loadedBytes, loadMs: toldMs }: ToldByServer,
): Reload {
  const own = numbersOf(fits.prefill);
  const loads = fits.queue ? numbersOf(fits.queue) : own;
  const computed = clear(own.get('uncached'));
  const computeUs = computed && inMicroseconds(computed);
  const fixed = loads.get('load');
  const tier = (name: TierReload['tier'], from: TtftCause | undefined): TierReload => {
    const loadUs = from && inMicroseconds(loads.get(from)!);
    return {
      tier: name,
      ...(loadUs && { loadUs, loadFrom: from }),
      ...(loadUs && bytesPerToken !== undefined && { GBps: bandwidth(bytesPerToken, loadUs) }),
      verdict: verdictOf(loadUs, computeUs),
    };
  };
  const { external = 0, storage = 0 } = tokens;
  return {
    bytesPerToken,
    tiers: [
      ...(external > storage
        ? [tier(storage > 0 ? 'host' : 'below', loadFrom(loads, computed, storage > 0))]
        : []),
      ...(storage > 0
        ? [tier('storage', clear(loads.get('storage')) ? 'storage' : undefined)]
        : []),
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
  if ('tooFew' in fit) return new Map();
  const isMixed = fit.leftOut.some(({ name, why }) => name === 'load' && why === 'alike');
  // Without the fixed part of a load, own tokens seem to take that as well.
  const sound = fit.coefficients.filter(
    ({ name }) => !(isMixed && (name === 'external' || name === 'storage')),
  );
  return new Map(sound.map((one) => [one.name, one]));
}

/**
 * Own external tokens; or, where those are not clear, the tokens that others, sent before, had still to load: whoever
 * shares a link waits for them too. That holds where a queue moves as fast as the engine computes, and not where it
 * waits for room: then a token of others that is computed costs as much as an own one.
 */
function loadFrom(
  loads: Numbers,
  computed: Coefficient<TtftCause> | undefined,
  isMixed: boolean,
): TtftCause | undefined {
  if (clear(loads.get('external'))) return 'external';
  const ahead = clear(loads.get('computedAhead'));
  const isWorking = !ahead || !computed || ahead.interval95[0] <= computed.interval95[1];
  // Where they come from several tiers, nobody knows which the others' were.
  return !isMixed && isWorking && clear(loads.get('externalAhead')) ? 'externalAhead' : undefined;
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
