import type { Scenario } from '../../scenario/schema.ts';
import { jobOf } from '../jobs.ts';
import type { Job, JobResult } from '../play-point.ts';
import { pointText } from '../points.ts';
import { type Runs, runAll, type Surroundings } from '../running.ts';
import type { Visit } from './bound.ts';
import { type Found, type SearchSettings, searchMax } from './search.ts';

/** A run of a search, and what came of it. */
export interface SearchRun extends Visit {
  readonly result: JobResult;
}

export interface Searched {
  readonly runs: readonly SearchRun[];
  /** Absent: it did not come to its end. */
  readonly found?: Found;
  readonly outcome: Runs['outcome'];
}

export interface LoadSettings extends SearchSettings {
  /** What is searched for: the name of the load. */
  readonly name: string;
  /** The sweep's folder. */
  readonly dir: string;
  scenarioAt(x: number): Promise<Scenario>;
  /** Users say the same in all runs: see `jobOf`. */
  readonly keepsPrompts?: boolean;
  /** What a load is told as, where it is the inverse of what is looked for: the least of that is the most of this. */
  shownAt?(x: number): number;
}

/** Plays what the search asks for. Every run has a seed of its own: what chance does to one, it does not to the next. */
export async function findMax(settings: LoadSettings, around: Surroundings): Promise<Searched> {
  const runs: SearchRun[] = [];
  const search = searchMax(settings);
  let step = search.next();
  while (!step.done) {
    const loads = step.value;
    const jobs = await Promise.all(
      loads.map((x, index) => jobAt(x, runs.length + index, settings)),
    );
    const { results, outcome } = await runAll(jobs, around);
    const visits = results.map((result, index) =>
      visitOf(loads[index]!, result, runs, index, loads),
    );
    runs.push(...visits);
    if (outcome !== 'ok') return { runs, outcome };
    step = search.next(visits);
  }
  return { runs, found: step.value, outcome: 'ok' };
}

async function jobAt(x: number, seed: number, settings: LoadSettings): Promise<Job> {
  const { name, dir, keepsPrompts = false } = settings;
  const scenario = await settings.scenarioAt(x);
  const coordinates = [{ name, value: settings.shownAt?.(x) ?? x }];
  const told = `run ${seed + 1}: ${pointText(coordinates)}`;
  return jobOf({ key: `run-${seed + 1}`, told, coordinates, scenario, seed, dir, keepsPrompts });
}

function visitOf(
  x: number,
  result: JobResult,
  before: readonly SearchRun[],
  index: number,
  loads: readonly number[],
): SearchRun {
  const last = index > 0 ? loads[index - 1] : before.at(-1)?.x;
  const from = last === undefined || last === x ? undefined : last < x ? 'below' : 'above';
  return { x, estimates: result.estimates, result, ...(from && { from }) };
}
