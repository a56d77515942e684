import { UsageError } from '../base/errors.ts';
import type { Scenario } from '../scenario/schema.ts';
import { moments, quantile } from '../stats/exact.ts';
import type { Interval95 } from '../stats/intervals/certainty.ts';
import { standardErrors95 } from '../stats/intervals/certainty.ts';
import type { Workload } from '../workload/conversation.ts';
import { type Arm, nameOf } from './arms.ts';
import type { ArmRun } from './play-arm.ts';

export interface StudyOptions {
  /** The first is what the others are compared with. */
  readonly arms: readonly Arm[];
  /** A scenario for each seed: what is said, and when, is of the seed alone. */
  readonly scenarios: readonly Scenario[];
  open(scenario: Scenario): Promise<Workload>;
  play(scenario: Scenario, workload: Workload, arm: Arm): Promise<ArmRun>;
  /** Told after each seed. */
  done?(seeds: number): void;
}

/** A number of each seed, and their mean. */
export interface Estimate {
  readonly mean: number;
  /** Of the mean, by Student's t over the seeds; absent for fewer than ten. */
  readonly interval95?: Interval95;
}

/** What was found of one arm; milliseconds. */
export interface ArmFindings {
  readonly name: string;
  readonly arm: Arm;
  readonly meanLatencyMs: Estimate;
  readonly p99LatencyMs: Estimate;
  readonly p99WaitMs: Estimate;
  /** By how much the mean latency is below the first arm's with the same seed, as a share of that; absent for it itself. */
  readonly gain?: Estimate;
  /** Of all seeds, ascending. */
  readonly latenciesMs: Float64Array;
  readonly waitsMs: Float64Array;
}

/** What worse predictions do to one policy. */
export interface NoiseFindings {
  readonly policy: Arm['policy'];
  /** Standard deviations of their error, tokens, from 0 up. */
  readonly sigmas: readonly number[];
  /** What the gain loses from each to the next, by pairs of the same seed: one fewer. */
  readonly losses: readonly Estimate[];
}

export interface Findings {
  readonly seeds: number;
  /** Answered requests of each arm, all seeds together. */
  readonly requests: number;
  readonly arms: readonly ArmFindings[];
  readonly noise: readonly NoiseFindings[];
}

/**
 * Plays every arm with every seed, and compares each with the first by pairs of the same seed: what a seed brings, it
 * brings to all, so that it is no part of their difference.
 * @throws UsageError if a request of any of them failed.
 */
export async function study({
  arms,
  scenarios,
  open,
  play,
  done,
}: StudyOptions): Promise<Findings> {
  const runs: ArmRun[][] = arms.map(() => []);
  for (const [seed, scenario] of scenarios.entries()) {
    const workload = await open(scenario);
    for (const [index, arm] of arms.entries()) {
      const run = await play(scenario, workload, arm);
      if (run.failed > 0 || run.latenciesMs.length === 0) {
        throw new UsageError(
          `${nameOf(arm)}, seed ${String(scenario.seed)}: ${run.failed} of ${run.failed + run.latenciesMs.length} requests failed; expected a scenario whose requests are all answered`,
        );
      }
      runs[index]!.push(run);
    }
    done?.(seed + 1);
  }
  const meansOf = (index: number): number[] =>
    runs[index]!.map(({ latenciesMs }) => moments(latenciesMs).mean);
  const first = meansOf(0);
  const gainsOf = (index: number): number[] =>
    meansOf(index).map((mean, seed) => 1 - mean / first[seed]!);
  return {
    seeds: scenarios.length,
    requests: runs[0]!.reduce((sum, { latenciesMs }) => sum + latenciesMs.length, 0),
    arms: arms.map((arm, index): ArmFindings => {
      const means = meansOf(index);
      const p99 = (name: 'latenciesMs' | 'waitsMs'): Estimate =>
        estimate(runs[index]!.map((run) => quantile(run[name], 0.99)));
      return {
        name: nameOf(arm),
        arm,
        meanLatencyMs: estimate(means),
        p99LatencyMs: p99('latenciesMs'),
        p99WaitMs: p99('waitsMs'),
        ...(index > 0 && { gain: estimate(gainsOf(index)) }),
        latenciesMs: together(runs[index]!.map((run) => run.latenciesMs)),
        waitsMs: together(runs[index]!.map((run) => run.waitsMs)),
      };
    }),
    noise: noiseFindings(arms, gainsOf),
  };
}

function noiseFindings(
  arms: readonly Arm[],
  gainsOf: (index: number) => number[],
): NoiseFindings[] {
  const policies = new Set(arms.filter(({ sigma }) => sigma > 0).map(({ policy }) => policy));
  return [...policies].map((policy) => {
    const own = [...arms.keys()]
      .filter((index) => arms[index]!.policy === policy)
      .sort((a, b) => arms[a]!.sigma - arms[b]!.sigma);
    const gains = own.map(gainsOf);
    return {
      policy,
      sigmas: own.map((index) => arms[index]!.sigma),
      losses: gains
        .slice(1)
        .map((next, step) => estimate(next.map((gain, seed) => gains[step]![seed]! - gain))),
    };
  });
}

/** Of one value a seed, of which there is at least one. */
export function estimate(values: readonly number[]): Estimate {
  const { mean, std = 0 } = moments(Float64Array.from(values));
  const errors = standardErrors95(values.length);
  if (errors === undefined) return { mean };
  const half = (errors * std) / Math.sqrt(values.length);
  return { mean, interval95: [mean - half, mean + half] };
}

function together(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part])).sort();
}
