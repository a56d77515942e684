import { processOf } from '../population/processes.ts';
import type { Scenario } from '../scenario/schema.ts';
import { valueText } from './axis.ts';
import type { Job } from './play-point.ts';
import { type Coordinate, type Point, pointText } from './points.ts';

const NAME_MAX = 80;

/**
 * Every point so many times. The nth run of all points has the same seed: their requests are the same, at the same
 * times, so that points differ by what is varied and not by chance (common random numbers).
 */
export function jobsOf(
  points: readonly Point[],
  repeats: number,
  dir: string,
  keepsPrompts = false,
): Job[] {
  return points.flatMap(({ place, coordinates, scenario }) =>
    Array.from({ length: repeats }, (_, repeat) => {
      const key = `${place + 1}.${repeat + 1}`;
      return jobOf({ key, coordinates, scenario, seed: repeat, dir, keepsPrompts });
    }),
  );
}

interface Asked {
  /** What is told of it; absent: its coordinates, and which run of them it is. */
  readonly told?: string;
  readonly key: string;
  readonly coordinates: readonly Coordinate[];
  readonly scenario: Scenario;
  /** Which one of the scenario's seeds, from 0: its own. */
  readonly seed: number;
  /** The sweep's folder. */
  readonly dir: string;
  /** What users say is the same in all runs, as a cache that is kept is to find it: only when they come is drawn anew. */
  readonly keepsPrompts?: boolean;
}

export function jobOf(asked: Asked): Job {
  const { key, told, coordinates, scenario, seed, dir, keepsPrompts = false } = asked;
  const text = pointText(coordinates);
  const words = coordinates.map(({ name, value }): [string, string] => [name, valueText(value)]);
  return {
    key,
    text: told ?? (seed > 0 ? `${text}, run ${seed + 1}` : text),
    scenario: {
      ...(keepsPrompts ? withOtherArrivals(scenario, seed) : reseeded(scenario, seed)),
      name: folderName(key, text),
      output: { ...scenario.output, dir },
    },
    words: Object.fromEntries(words),
  };
}

function folderName(key: string, text: string): string {
  return `${key}-${text}`
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, NAME_MAX);
}

function withOtherArrivals(scenario: Scenario, index: number): Scenario {
  const { population, seed } = scenario;
  const { arrivals } = population;
  // A closed loop draws nothing.
  if (index === 0 || processOf(arrivals).loop === 'closed') return scenario;
  const own = ('seed' in arrivals ? arrivals.seed : undefined) ?? seed;
  const others = { ...arrivals, seed: `${own}/${index + 1}` } as typeof arrivals;
  return { ...scenario, population: { ...population, arrivals: others } };
}

/** All that is drawn, drawn anew: the streams have other names. */
function reseeded(scenario: Scenario, index: number): Scenario {
  if (index === 0) return scenario;
  const { population, engine } = scenario;
  const { arrivals } = population;
  const again = (seed: string | number) => `${seed}/${index + 1}`;
  const hasOwn = 'seed' in arrivals && arrivals.seed !== undefined;
  return {
    ...scenario,
    seed: again(scenario.seed),
    engine: { ...engine, seed: again(engine.seed) },
    ...(hasOwn && {
      population: { ...population, arrivals: { ...arrivals, seed: again(arrivals.seed!) } },
    }),
  };
}
