import { describe, expect, test } from 'vitest';
import {
  addedExport,
  concurrency,
  requestsPerSec,
  usersPerSec,
} from '../../../src/commands/flags/load-changes.ts';

const arrivalsOf = (scenario: unknown) =>
  (scenario as { population: { arrivals: unknown; rampUp?: unknown } }).population;

describe('a rate', () => {
  test.each<[object, object]>([
    [{}, { process: 'constant', usersPerSec: 3 }],
    [arriving({ usersPerSec: 1 }), { process: 'constant', usersPerSec: 3 }],
    [
      arriving({ process: 'gamma', usersPerSec: 1, cv: 2 }),
      { process: 'gamma', usersPerSec: 3, cv: 2 },
    ],
    [arriving({ process: 'closed', concurrency: 4 }), { process: 'poisson', usersPerSec: 3 }],
    [arriving({ process: 'allAtOnce' }), { process: 'poisson', usersPerSec: 3 }],
  ])('of %j', (before, arrivals) => {
    expect(arrivalsOf(usersPerSec(3)(before)).arrivals).toEqual(arrivals);
  });

  test('a trace has its own', () => {
    expect(() => usersPerSec(3)(arriving({ process: 'trace' }))).toThrow('--speedup');
  });

  test('of requests is one of conversations, each with its rounds', async () => {
    const rate = async (conversation: object) =>
      arrivalsOf((await requestsPerSec(6))({ conversation })).arrivals;
    expect(await rate({ rounds: 3 })).toMatchObject({ usersPerSec: 2 });
    expect(await rate({ rounds: { distribution: 'uniform', min: 2, max: 4 } })).toMatchObject({
      usersPerSec: 2,
    });
    expect(await rate({ source: 'prompts', file: 'x' })).toMatchObject({ usersPerSec: 6 });
    await expect(rate({ source: 'file', file: 'x' })).rejects.toThrow('--users-per-sec');
  });

  test('users found in mid-conversation are as many more', () => {
    const before = {
      population: {
        arrivals: { process: 'constant', usersPerSec: 0.025 },
        rampUp: { users: 15, joinEverySec: 40, history: 'cold' },
      },
    };
    expect(arrivalsOf(usersPerSec(0.05)(before)).rampUp).toEqual({
      users: 30,
      joinEverySec: 20,
      history: 'cold',
    });
  });
});

test('a closed loop starts full', () => {
  const before = { population: { rampUp: { users: 3 }, users: 9 } };
  expect(concurrency(4)(before)).toEqual({
    population: { users: 9, arrivals: { process: 'closed', concurrency: 4 } },
  });
});

test('a file more is one more', () => {
  const before = { output: { exports: [{ format: 'figures' }] } };
  expect(addedExport('csv', 'a.csv')(before)).toEqual({
    output: { exports: [{ format: 'figures' }, { format: 'csv', file: 'a.csv' }] },
  });
});

function arriving(arrivals: object) {
  return { population: { arrivals } };
}
