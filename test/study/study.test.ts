import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { quantile } from '../../src/stats/exact.ts';
import { standardErrors95 } from '../../src/stats/intervals/certainty.ts';
import { armsOf } from '../../src/study/arms.ts';
import { studyPanels } from '../../src/study/figure.ts';
import { type ArmRun, playArm } from '../../src/study/play-arm.ts';
import { withPredictions } from '../../src/study/predicted.ts';
import { type ArmFindings, estimate, type Findings, study } from '../../src/study/study.ts';
import { studyText } from '../../src/study/text.ts';
import { openWorkload } from '../../src/workload/load.ts';
import { scratchDir, shortText } from '../workload/scratch.ts';

const dir = scratchDir();

function scenarioOf(seed: number) {
  return parseScenario({
    seed,
    sampling: { priority: 'maxTokens' },
    conversation: {
      textFile: shortText(dir),
      rounds: 1,
      question: { tokens: 8 },
      answer: { tokens: { distribution: 'lognormal', mean: 40, cv: 1.2 }, force: true },
    },
    population: { arrivals: { process: 'poisson', usersPerSec: 20 }, users: 45 },
    engine: {
      gpu: 'rtx4090',
      policy: 'priority',
      maxSeqs: 4,
      stepsBeforePreemption: 10,
      blocks: 400,
    },
  });
}

const open = (scenario: ReturnType<typeof scenarioOf>) => openWorkload(scenario, { cacheDir: dir });

describe('under overload', () => {
  const arms = armsOf(['fcfs', 'priority', 'round_robin'], [40, 160]);
  let found: Findings;
  const named = (name: string): ArmFindings => found.arms.find((arm) => arm.name === name)!;

  test('shortest first beats first come by more than chance, and noise takes that away step by step', async () => {
    const scenarios = Array.from({ length: 10 }, (_, seed) => scenarioOf(seed));
    found = await study({ arms, scenarios, open, play: playArm });
    const gains = ['priority', 'priority, noise 40', 'priority, noise 160'].map(
      (name) => named(name).gain!,
    );
    expect(gains[0]!.interval95![0]).toBeGreaterThan(0.1);
    expect(gains[1]!.mean).toBeLessThan(gains[0]!.mean);
    expect(gains[2]!.mean).toBeLessThan(gains[1]!.mean);
    const [noise] = found.noise;
    expect(noise).toMatchObject({ policy: 'priority', sigmas: [0, 40, 160] });
    expect(noise!.losses.map(({ interval95 }) => interval95![1] > 0)).toEqual([true, true]);
    const [whole] = [noise!.losses.reduce((sum, { mean }) => sum + mean, 0)];
    expect(whole).toBeCloseTo(gains[0]!.mean - gains[2]!.mean, 12);
  });

  test('long requests starve, unless they are let in by turns', () => {
    // In a run that ends all are served in the end: what tells is how much longer than others the last ones wait.
    const tails = ['fcfs', 'priority', 'round_robin'].map((name) => {
      const { waitsMs } = named(name);
      return quantile(waitsMs, 0.99) / quantile(waitsMs, 0.5);
    });
    expect(tails[0]!).toBeLessThan(4);
    expect(tails[1]!).toBeGreaterThan(4 * tails[0]!);
    expect(tails[2]!).toBeLessThan(4);
    const [first, , turns] = ['fcfs', 'priority', 'round_robin'].map(
      (name) => named(name).p99WaitMs.mean,
    );
    expect(turns!).toBeLessThan(0.6 * first!);
  });

  test('the text has a row for each, and says which is better and by how much', () => {
    const text = studyText(found, '45 requests at 20/s', 80);
    expect(text).toMatch(/^ {2}priority, noise 160 +\d+ ± /m);
    expect(text).toMatch(/priority is better than fcfs on mean latency by \d+\.\d % \(/);
    expect(text).toMatch(/its gain shrinks with every step/);
    expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('the figure has distributions of the policies, and the gain by noise with its interval', () => {
    const panels = studyPanels(found);
    expect(panels.map(({ title }) => title)).toEqual([
      'Latency',
      'Wait before admission',
      "Mean latency below fcfs's",
    ]);
    expect(panels[0]!.series.map(({ name }) => name)).toEqual(['fcfs', 'priority', 'round_robin']);
    const latencies = panels[0]!.series[0] as { points: readonly (readonly [number, number])[] };
    expect(latencies.points.at(-1)![1]).toBe(1);
    expect(panels[2]!.series.map(({ name }) => name)).toEqual([
      'priority',
      'priority, 95 % from',
      'priority, 95 % to',
    ]);
  });
});

function runOf(latenciesMs: number[], failed = 0): ArmRun {
  return {
    latenciesMs: Float64Array.from(latenciesMs),
    waitsMs: Float64Array.from(latenciesMs),
    failed,
  };
}

describe('a comparison', () => {
  const [first, second] = armsOf(['fcfs', 'round_robin'], []);
  const scenarios = Array.from({ length: 10 }, (_, seed) => scenarioOf(seed));
  const played = (of: (seed: number) => [number, number]) =>
    study({
      arms: [first!, second!],
      scenarios,
      open: async () => undefined as never,
      play: async ({ seed }, _, arm) => runOf([of(Number(seed))[arm === first ? 0 : 1]]),
    });

  test('is of pairs: what a seed brings to both is no part of it', async () => {
    const { arms } = await played((seed) => [100 * (seed + 1), 90 * (seed + 1)]);
    expect(arms[1]!.gain!.mean).toBeCloseTo(0.1, 12);
    expect(arms[1]!.gain!.interval95![1] - arms[1]!.gain!.interval95![0]).toBeLessThan(1e-9);
  });

  test('cannot tell where the interval has nothing in it', async () => {
    const findings = await played((seed) => [100, seed % 2 ? 120 : 80]);
    expect(studyText(findings, 'x', 80)).toMatch(/round_robin: cannot tell from fcfs/);
  });

  test('is not made of runs with failed requests', async () => {
    const play = async () => runOf([1], 1);
    await expect(
      study({ arms: [first!], scenarios, open: async () => undefined as never, play }),
    ).rejects.toThrow(/fcfs, seed 0: 1 of 2 requests failed/);
  });

  test('has intervals by Student’s t, and none of fewer than ten seeds', () => {
    const { mean, interval95 } = estimate([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // scipy.stats.t.interval(0.95, 9, 5.5, sem): 3.3341 to 7.6659.
    expect(mean).toBe(5.5);
    expect(interval95![0]).toBeCloseTo(3.334, 2);
    expect(interval95![1]).toBeCloseTo(7.666, 2);
    expect(estimate([1, 2, 3])).toEqual({ mean: 2 });
    expect([9, 10, 20, 1000].map(standardErrors95)).toEqual([undefined, 2.262, 2.093, 2.04]);
  });
});

test('predictions differ by their deviation alone: a user’s error has the same sign under all', async () => {
  const scenario = scenarioOf(1);
  const workload = await open(scenario);
  const errors = (sigma: number) =>
    [1, 2, 3, 4, 5, 6].map((user) => {
      const [turn] = withPredictions(workload, scenario, sigma).conversation(user).turns;
      return turn!.expectedTokens! - turn!.maxTokens!;
    });
  expect(errors(0)).toEqual([0, 0, 0, 0, 0, 0]);
  const small = errors(4);
  const large = errors(8);
  for (const [i, error] of small.entries()) {
    if (error > 0) expect(Math.abs(large[i]! - 2 * error)).toBeLessThanOrEqual(1);
  }
  expect(small.some((error) => error > 0)).toBe(true);
  expect(errors(4)).toEqual(small);
});
