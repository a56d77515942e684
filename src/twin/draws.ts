import { below, stream } from '../base/random.ts';

/** Where a constant of a profile lies, both ends included. */
export type Intervals = Readonly<Record<string, readonly [low: number, high: number]>>;

/** One value for each constant. */
export type Drawn = Readonly<Record<string, number>>;

/**
 * So many draws of all constants from their intervals. The first two are their ends, where all make an engine slow,
 * and where all make it fast: what lies between is hardly ever beyond both. Of the others each is uniform and
 * independent of the others, and of each constant one lies in every part of its interval, as many as there are of them
 * (Latin hypercube: McKay, Beckman and Conover 1979). The same for the same names, whatever else there is. Those that
 * count things are whole.
 */
export function drawnFrom(intervals: Intervals, count: number): Drawn[] {
  const names = Object.entries(intervals);
  const ends = [false, true].map((isFast) =>
    Object.fromEntries(
      names.map(([name, [low, high]]) => [name, isFast === isFastWhenHigh(name) ? high : low]),
    ),
  );
  const inner = Math.max(0, count - ends.length);
  const columns = names.map(([name, interval]) => [name, spread(name, interval, inner)] as const);
  return [
    ...ends.slice(0, count),
    ...Array.from({ length: inner }, (_, draw) =>
      Object.fromEntries(columns.map(([name, values]) => [name, values[draw]!])),
    ),
  ];
}

/** Of bandwidth and room; of times less is faster. */
function isFastWhenHigh(name: string): boolean {
  return name === 'blocks' || name.endsWith('GBps');
}

/** One value in each of `count` parts of an interval, in random order. */
function spread(name: string, [low, high]: readonly [number, number], count: number): number[] {
  const rng = stream('twin', name, count);
  const places = Array.from({ length: count }, (_, place) => place);
  // Fisher and Yates.
  for (let last = count - 1; last > 0; last--) {
    const other = below(rng, last + 1);
    [places[last], places[other]] = [places[other]!, places[last]!];
  }
  return places.map((place) => asWhole(name, low + ((high - low) * (place + rng())) / count));
}

/** Constants that count things. */
const WHOLE: readonly string[] = ['blocks', 'kvBytesPerToken'];

export function asWhole(name: string, value: number): number {
  return WHOLE.includes(name) ? Math.round(value) : value;
}
