import { below, stream } from '../base/random.ts';

/** Where a constant of a profile lies, both ends included. */
export type Intervals = Readonly<Record<string, readonly [low: number, high: number]>>;

/** One value for each constant. */
export type Drawn = Readonly<Record<string, number>>;

/**
 * So many draws of all constants from their intervals, each uniform and independent of the others; of each constant
 * one lies in every `count`th part of its interval, so that few draws go through all of it (Latin hypercube: McKay,
 * Beckman and Conover 1979). The same for the same names, whatever else there is. A constant whose ends are whole is
 * whole.
 */
export function drawnFrom(intervals: Intervals, count: number): Drawn[] {
  const columns = Object.entries(intervals).map(([name, [low, high]]) => {
    const rng = stream('twin', name, count);
    const isWhole = Number.isInteger(low) && Number.isInteger(high);
    const places = Array.from({ length: count }, (_, place) => place);
    // Fisher and Yates.
    for (let last = count - 1; last > 0; last--) {
      const other = below(rng, last + 1);
      [places[last], places[other]] = [places[other]!, places[last]!];
    }
    const values = places.map((place) => {
      const value = low + ((high - low) * (place + rng())) / count;
      return isWhole ? Math.round(value) : value;
    });
    return [name, values] as const;
  });
  return Array.from({ length: count }, (_, draw) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[draw]!])),
  );
}
