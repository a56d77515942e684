import type { Scenario } from '../scenario/schema.ts';
import { valueText } from './axis.ts';
import type { Job } from './play-point.ts';
import { type Coordinate, type Point, pointText } from './points.ts';

const NAME_MAX = 80;

/**
 * Every point so many times. The nth run of all points has the same seed: their requests are the same, at the same
 * times, so that points differ by what is varied and not by chance (common random numbers).
 */
export function jobsOf(points: readonly Point[], repeats: number, dir: string): Job[] {
  return points.flatMap(({ place, coordinates, scenario }) =>
    Array.from({ length: repeats }, (_, repeat) =>
      jobOf({ key: `${place + 1}.${repeat + 1}`, coordinates, scenario, seed: repeat, dir }),
    ),
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
}

export function jobOf({ key, told, coordinates, scenario, seed, dir }: Asked): Job {
  const text = pointText(coordinates);
  const words = coordinates.map(({ name, value }): [string, string] => [name, valueText(value)]);
  return {
    key,
    text: told ?? (seed > 0 ? `${text}, run ${seed + 1}` : text),
    scenario: {
      ...reseeded(scenario, seed),
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
