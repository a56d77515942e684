import * as Plot from '@observablehq/plot';
import type { LaidAxis } from './axis.ts';

/** Where the marks of a panel go: pixels, and the values that lie there. */
export interface Plane {
  readonly x: Ruler;
  readonly y: Ruler;
}

export interface Ruler {
  readonly at: (value: number) => number;
  readonly valueAt: (pixel: number) => number;
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
}

export function rulerOf(
  { type, domain }: LaidAxis,
  range: readonly [from: number, to: number],
): Ruler {
  const scale = Plot.scale({ x: { type, domain: [...domain], range: [...range] } });
  return {
    at: (value) => Number(scale.apply(value)),
    valueAt: (pixel) => Number(scale.invert!(pixel)),
    domain,
    range,
  };
}
