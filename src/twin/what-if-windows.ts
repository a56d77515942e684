import { measuresOf, QUANTITIES, type QuantityName } from './measures.ts';
import { windowsFor } from './pairs.ts';
import { doneOf, type WhatIfSide } from './what-if-side.ts';

export const SIDES = ['measured', 'twin', 'whatIf'] as const;
export type SideName = (typeof SIDES)[number];

/** A stretch of time since the measuring began, the same of all sides, with the requests that each sent then. */
export interface WhatIfWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** Times: their means, milliseconds; share: 0 to 1. An absent number is unknown. */
  readonly quantities: Readonly<Record<QuantityName, Readonly<Partial<Record<SideName, number>>>>>;
}

/**
 * The sides over time. They are not laid beside each other request by request: with another load others are sent, at
 * other times. Windows are as wide as those of the run beside its twin, and go on as long as the longest side.
 */
export function whatIfWindows(
  sides: Readonly<Record<SideName, WhatIfSide | undefined>>,
): WhatIfWindow[] {
  const there = SIDES.flatMap((name) => {
    const side = sides[name];
    return side ? [{ name, side, done: doneOf(side) }] : [];
  });
  const [first] = there;
  if (!first) return [];
  const { widthMs } = windowsFor(first.side.measuredMs, first.done.length);
  if (!(widthMs > 0)) return [];
  const longestMs = Math.max(...there.map(({ side }) => side.measuredMs));
  const count = Math.ceil(longestMs / widthMs - 1e-9);
  const measures = there.map(({ name, side, done }) => {
    const pairs = done.map((record) => {
      const atMs = Math.max(0, record.sentMs! - side.startMs);
      return { record, window: Math.min(count - 1, Math.floor(atMs / widthMs)) };
    });
    return { name, of: measuresOf({ pairs, windows: { count } }, ({ record }) => record).windows };
  });
  return Array.from({ length: count }, (_, place): WhatIfWindow => {
    const quantities = QUANTITIES.map((quantity) => {
      const known = measures.flatMap(({ name, of }) => {
        const value = of[quantity][place];
        return value === undefined ? [] : [[name, value] as const];
      });
      return [quantity, Object.fromEntries(known)] as const;
    });
    return {
      fromMs: place * widthMs,
      toMs: Math.min(longestMs, (place + 1) * widthMs),
      quantities: Object.fromEntries(quantities) as WhatIfWindow['quantities'],
    };
  });
}
