import { expect, test } from 'vitest';
import { streamsOf } from '../../src/play/streams.ts';
import { parseScenario } from '../../src/scenario/load.ts';

const streams = (population: object, conversation = {}, workload = {}) =>
  streamsOf(parseScenario({ population, conversation }), {
    conversations: undefined,
    arrivalsMs: undefined,
    ...workload,
  });

test('a closed loop has as many requests in flight as slots, within its cap', () => {
  const arrivals = { process: 'closed', concurrency: 40 };
  expect(streams({ arrivals })).toBe(40);
  expect(streams({ arrivals, maxInFlight: 12 })).toBe(12);
});

test('a rate of conversations has those that come while a request takes its time', () => {
  const arrivals = { process: 'poisson', usersPerSec: 2 };
  const conversation = { rounds: 5, answer: { tokens: 100 } };
  // 10 requests a second, each of 0.5 s and 100 tokens at 20 ms.
  expect(streams({ arrivals }, conversation)).toBe(25);
  expect(streams({ arrivals, maxInFlight: 8 }, conversation)).toBe(8);
  expect(streams({ arrivals, users: 3 }, conversation)).toBe(3);
});
