import { lengthMs } from '../stats/time/time-buckets.ts';
import { type Band, bandOf, beyond } from './band.ts';
import { type Measures, QUANTITIES, type QuantityName } from './measures.ts';
import type { Pairs } from './pairs.ts';

/** A stretch of the measured time of the run, with the requests that it sent then. */
export interface TwinWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly requests: number;
  readonly quantities: Readonly<Record<QuantityName, WindowQuantity>>;
}

/** Times: their means, milliseconds; share: 0 to 1. An absent number is unknown. */
export interface WindowQuantity {
  readonly observed?: number;
  readonly twin?: number;
  readonly band?: Band;
  /** The observed lies outside the band. */
  readonly beyond?: 'higher' | 'lower';
}

export function windowsOf(
  { pairs, windows }: Pairs,
  observed: Measures,
  twin: Measures,
  draws: readonly Measures[],
): TwinWindow[] {
  const requests = new Array<number>(Math.max(1, windows.count)).fill(0);
  for (const { window } of pairs) requests[window]!++;
  return requests.flatMap((count, place) => {
    if (!count) return [];
    const quantities = Object.fromEntries(
      QUANTITIES.map((name) => {
        const of = ({ windows: each }: Measures) => each[name][place];
        return [name, quantityOf(of(observed), of(twin), draws.map(of))];
      }),
    ) as Record<QuantityName, WindowQuantity>;
    const fromMs = place * windows.widthMs;
    return [{ fromMs, toMs: fromMs + lengthMs(windows, place), requests: count, quantities }];
  });
}

function quantityOf(
  observed: number | undefined,
  twin: number | undefined,
  draws: readonly (number | undefined)[],
): WindowQuantity {
  const band = bandOf(twin, draws);
  const side = beyond(observed, band);
  return {
    ...(observed !== undefined && { observed }),
    ...(twin !== undefined && { twin }),
    ...(band && { band }),
    ...(side && { beyond: side }),
  };
}

/** The quantities of which it lies outside the band. */
export function outsideIn({ quantities }: TwinWindow): QuantityName[] {
  return QUANTITIES.filter((name) => quantities[name].beyond);
}
