import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { axisOf } from '../../src/sweep/axis.ts';
import { jobsOf } from '../../src/sweep/jobs.ts';
import { pointsOf, pointText } from '../../src/sweep/points.ts';

const scenario = parseScenario({ seed: 7, output: { dir: 'out' } });
const axes = [axisOf('population.users=1,2'), axisOf('engine.policy=fcfs,priority')];

test('a grid has every combination, the last axis first, each as a scenario', async () => {
  const points = await pointsOf(scenario, axes);
  expect(points.map(({ coordinates }) => pointText(coordinates))).toEqual([
    'population.users=1, engine.policy=fcfs',
    'population.users=1, engine.policy=priority',
    'population.users=2, engine.policy=fcfs',
    'population.users=2, engine.policy=priority',
  ]);
  const { population, engine } = points[3]!.scenario;
  expect([population.users, engine.policy]).toEqual([2, 'priority']);
});

test('a name may mean more than a field, or nothing to the scenario', async () => {
  const points = await pointsOf(
    scenario,
    [axisOf('size=3'), axisOf('label=x')],
    ({ name, value }) =>
      name === 'size'
        ? [
            { path: ['population', 'users'], value },
            { path: ['seed'], value: 'other' },
          ]
        : [],
  );
  expect(points[0]!.scenario).toMatchObject({ seed: 'other', population: { users: 3 } });
});

test('what is no scenario is refused by its place', async () => {
  const refused = (text: string) => pointsOf(scenario, [axisOf(text)]);
  await expect(refused('engine.policy=fcfs,lifo')).rejects.toThrow(/engine.policy=lifo: 1 problem/);
  await expect(refused('engine.polcy=fcfs')).rejects.toThrow(/did you mean engine.policy/);
  await expect(pointsOf(scenario, [axisOf('seed=1'), axisOf('seed=2')])).rejects.toThrow(
    /found seed twice/,
  );
});

test('the nth run of all points has the same seeds, and the first has the scenario’s own', async () => {
  const jobs = jobsOf(await pointsOf(scenario, axes), 2, 'sweep');
  expect(jobs.map(({ key }) => key)).toEqual([
    '1.1',
    '1.2',
    '2.1',
    '2.2',
    '3.1',
    '3.2',
    '4.1',
    '4.2',
  ]);
  const seeds = jobs.map((job) => job.scenario.seed);
  expect(seeds).toEqual([7, '7/2', 7, '7/2', 7, '7/2', 7, '7/2']);
  expect(jobs[1]!.scenario.engine.seed).toBe('0/2');
  expect(jobs[1]!.text).toBe('population.users=1, engine.policy=fcfs, run 2');
  expect(jobs[1]!.scenario.name).toBe('1.2-population.users-1-engine.policy-fcfs');
  expect(jobs[1]!.scenario.output.dir).toBe('sweep');
  expect(jobs[0]!.words).toEqual({ 'population.users': '1', 'engine.policy': 'fcfs' });
});

test('arrivals with a seed of their own are drawn anew as well', async () => {
  const own = parseScenario({
    population: { arrivals: { process: 'poisson', usersPerSec: 1, seed: 3 } },
  });
  const jobs = jobsOf(await pointsOf(own, [axisOf('population.users=1')]), 2, 'sweep');
  const seeds = jobs.map(
    ({ scenario: { population } }) => (population.arrivals as { seed: unknown }).seed,
  );
  expect(seeds).toEqual([3, '3/2']);
});
