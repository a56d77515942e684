import { errorText, UsageError } from '../base/errors.ts';
import { parseScenario } from '../scenario/load.ts';
import { type Override, withOverrides } from '../scenario/overrides.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type Axis, valueText } from './axis.ts';

/** Where on its axis a point is. */
export interface Coordinate {
  readonly name: string;
  readonly value: unknown;
}

/** One place of the grid. It is played once, or several times. */
export interface Point {
  /** From 0: the last axis changes first. */
  readonly place: number;
  readonly coordinates: readonly Coordinate[];
  readonly scenario: Scenario;
}

/** What a value on an axis changes; undefined: the axis is a path of the scenario, and sets that field. */
export type Meaning = (
  coordinate: Coordinate,
) => Override | readonly Override[] | undefined | Promise<Override>;

const POINTS_MAX = 100_000;

/**
 * Every combination of the values of the axes, each as a scenario that has been checked.
 * @throws UsageError that names the first combination that is no scenario.
 */
export async function pointsOf(
  scenario: Scenario,
  axes: readonly Axis[],
  meaning: Meaning = () => undefined,
): Promise<Point[]> {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > POINTS_MAX) {
    throw new UsageError(`--over: found ${count} points; expected at most ${POINTS_MAX}`);
  }
  const names = axes.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new UsageError(`--over: found ${twice} twice; expected it once`);
  const points: Point[] = [];
  for (const coordinates of combinations(axes)) {
    const changed = await scenarioAt(scenario, coordinates, meaning);
    points.push({ place: points.length, coordinates, scenario: changed });
  }
  return points;
}

/** `rate=0.1, engine.policy=fcfs`. */
export function pointText(coordinates: readonly Coordinate[]): string {
  return coordinates.map(({ name, value }) => `${name}=${valueText(value)}`).join(', ');
}

/** @throws UsageError if it is none that can be played. */
export async function scenarioAt(
  scenario: Scenario,
  coordinates: readonly Coordinate[],
  meaning: Meaning,
): Promise<Scenario> {
  const overrides: Override[] = [];
  for (const coordinate of coordinates) {
    const { name, value } = coordinate;
    const changes = (await meaning(coordinate)) ?? { path: name.split('.'), value };
    overrides.push(...((Array.isArray(changes) ? changes : [changes]) as Override[]));
  }
  try {
    return parseScenario(withOverrides(scenario, overrides), pointText(coordinates));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${pointText(coordinates)}: ${errorText(error)}`);
  }
}

function* combinations(
  axes: readonly Axis[],
  before: readonly Coordinate[] = [],
): Generator<readonly Coordinate[]> {
  const [axis, ...rest] = axes;
  if (!axis) yield before;
  else {
    for (const value of axis.values) {
      yield* combinations(rest, [...before, { name: axis.name, value }]);
    }
  }
}
