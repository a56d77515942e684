import { expect, test } from 'vitest';
import { playVirtual } from '../support/play-virtual.ts';

const FAR = { process: 'constant', usersPerSec: 0.001 } as const;

test('a run that is interrupted does not wait for the next arrival', () => {
  const { clock, records } = playVirtual(
    { conversation: { rounds: 1 }, population: { arrivals: FAR, users: 3 } },
    undefined,
    { meanwhile: (at, run) => at.setTimeout(() => run.interrupt(), 130) },
  );
  expect(records.map(({ status }) => status)).toEqual(['ok']);
  expect(clock.now()).toBe(130);
});

test('a client that rests does not keep an interrupted run from its end', () => {
  const { clock } = playVirtual(
    {
      conversation: { rounds: 1 },
      pacing: { mode: 'think', pauseSec: 0 },
      population: {
        arrivals: { process: 'clients', clients: 1, conversationsEach: 1 },
        users: 3,
        pace: { mode: 'rest', gapSec: 1000 },
      },
    },
    undefined,
    { meanwhile: (at, run) => at.setTimeout(() => run.interrupt(), 130) },
  );
  expect(clock.now()).toBe(130);
});
