import type { RunPart } from '../record/journal-reader.ts';
import type { CounterName, GaugeName } from './quantities.ts';
import { keyOf, type Reading } from './reading.ts';
import { keysOf } from './told-by.ts';

/** Followed over the time of a run. */
export const FOLLOWED = {
  gauges: ['kvUsage', 'running', 'waiting', 'tierUsage'],
  counters: [
    'promptTokens',
    'cachedTokens',
    'generatedTokens',
    'preemptions',
    'storedBytes',
    'loadedBytes',
  ],
} as const satisfies { gauges: readonly GaugeName[]; counters: readonly CounterName[] };

export type FollowedGauge = (typeof FOLLOWED.gauges)[number];
export type FollowedCounter = (typeof FOLLOWED.counters)[number];

/** What a page told. */
export interface ServerPoint {
  readonly part: RunPart;
  /** On the clock of the part. */
  readonly atMs: number;
  /** Gauges as they read; counters as they rose since the first page. */
  readonly values: { readonly [Name in FollowedGauge | FollowedCounter]?: number };
}

/** More are of no use to a figure: every other is left out then. */
const POINTS_MAX = 2000;

/** Follows a reading, page by page. */
export class ServerSeries {
  readonly #reading: Reading;
  #points: ServerPoint[] = [];
  #every = 1;
  #count = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  add(part: RunPart, atMs: number): void {
    if (this.#count++ % this.#every !== 0) return;
    this.#points.push({ part, atMs, values: this.#values() });
    if (this.#points.length <= POINTS_MAX) return;
    this.#points = this.#points.filter((_, place) => place % 2 === 0);
    this.#every *= 2;
  }

  close(): readonly ServerPoint[] {
    return this.#points;
  }

  #values(): ServerPoint['values'] {
    const { gauges, counters } = this.#reading;
    const found = [
      ...FOLLOWED.gauges.map((name) => [name, told(name, (key) => gauges.get(key)?.value())]),
      ...FOLLOWED.counters.map((name) => [name, told(name, (key) => counters.get(key)?.total)]),
    ];
    return Object.fromEntries(found.filter(([, value]) => value !== undefined));
  }
}

function told(
  name: FollowedGauge | FollowedCounter,
  value: (key: string) => number | undefined,
): number | undefined {
  for (const key of keysOf(name)) {
    const found = value(keyOf(key));
    if (found !== undefined) return found;
  }
  return undefined;
}
