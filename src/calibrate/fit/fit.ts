import { createHash } from 'node:crypto';
import { FURTHER, type FurtherName } from '../../engine/cost/further.ts';
import type { Profile } from '../../engine/cost/profile.ts';
import { FITTED, type FittedConstant, type FittedName, fittedNames } from './constants.ts';
import { errorsOf, type RunErrors } from './errors.ts';
import { intervalsOf } from './intervals.ts';
import { planeAt } from './plane.ts';
import { hasTiers, type Replay } from './replay.ts';
import { residualsOf } from './residuals.ts';
import { type Bounds, solve } from './solve.ts';

export interface FittedValue {
  readonly name: FittedName;
  readonly startedAt: number;
  readonly value: number;
  /** 95 %; undefined: the runs do not determine it, and it is as it was. */
  readonly interval: readonly [low: number, high: number] | undefined;
}

export interface Fit {
  readonly profile: Profile;
  readonly values: readonly FittedValue[];
  readonly errors: readonly RunErrors[];
  readonly requests: number;
  readonly plays: number;
  readonly isComplete: boolean;
  readonly digest: string;
  readonly notes: readonly string[];
}

export interface FitOptions {
  /** Where the fit begins, and what it leaves as it is. */
  readonly start: Profile;
  /** Whether the time for it is over: asked before every round; default: it never is. */
  readonly until?: () => boolean;
  readonly told?: (line: string) => void;
  /** Default: every constant that the engine has. */
  readonly names?: readonly FittedName[];
}

/** The constants with which the engine takes as long as the runs did. */
export async function fitted(replays: readonly Replay[], options: FitOptions): Promise<Fit> {
  const { start, until = () => false, told } = options;
  const names = options.names ?? fittedNames(start, replays.some(hasTiers));
  const bounds = names.map((name) => boundsOf(name, valueIn(start, name)));
  const profileAt = (point: readonly number[]): Profile => ({
    ...start,
    ...Object.fromEntries(names.map((name, i) => [name, point[i]!])),
  });
  const begin = names.map((name) => valueIn(start, name));
  const at = (point: readonly number[]) => residualsOf(replays, profileAt(point));
  const solution = await solve(begin, bounds, at, {
    until,
    told: (count, cost) => told?.(`${count} plays: residual ${cost.toFixed(0)}`),
  });
  const { point } = solution;
  const isComplete = !until();
  const plane = await planeAt(solution, bounds, at);
  const plays = solution.plays + plane.plays;
  const known = intervalsOf(point, plane, bounds);
  const values = names.map((name, i) => ({
    ...{ name, startedAt: begin[i]!, value: point[i]! },
    interval: known[i]!.interval,
  }));
  const profile = profileAt(point);
  return {
    ...{ profile, values, plays, isComplete, digest: digestOf(replays) },
    errors: await Promise.all(replays.map((replay) => errorsOf(replay, profile))),
    requests: replays.reduce((sum, { observed }) => sum + observed.length, 0),
    notes: replays.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`)),
  };
}

function valueIn(profile: Profile, name: FittedName): number {
  if (profile[name] !== undefined) return profile[name];
  return FURTHER[name as FurtherName].absent as number;
}

function boundsOf(name: FittedName, value: number): Bounds {
  const { scale, min, max }: FittedConstant = FITTED[name];
  return { min, max, scale: scale(value) };
}

function digestOf(replays: readonly Replay[]): string {
  const hash = createHash('sha256');
  for (const { observed } of replays) hash.update(JSON.stringify(observed));
  return hash.digest('hex').slice(0, 40);
}
