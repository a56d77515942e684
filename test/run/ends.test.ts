import { expect, test } from 'vitest';
import { endsOf } from '../../src/run/ends.ts';
import { parseScenario } from '../../src/scenario/load.ts';

const CLOSED = { process: 'closed', concurrency: 3 } as const;
const OPEN = { process: 'poisson', usersPerSec: 1 } as const;

test('what the scenario says, and nothing where it says nothing', () => {
  expect(endsOf(parseScenario({ population: { arrivals: OPEN } }), undefined)).toEqual({});
  const stop = { afterSec: 60, afterRequests: 100 };
  const scenario = parseScenario({ population: { arrivals: OPEN, users: 10 }, stop });
  expect(endsOf(scenario, undefined)).toEqual({
    afterMs: 60_000,
    requests: 100,
    conversations: 10,
  });
});

test('a resumed run has the rest before it', () => {
  const stop = { afterSec: 60, afterRequests: 100 };
  const scenario = parseScenario({ population: { arrivals: OPEN, users: 10 }, stop });
  const before = { played: new Set([1, 2, 3]), measuredMs: 45_000, requests: 120 };
  expect(endsOf(scenario, before)).toEqual({ afterMs: 15_000, requests: 0, conversations: 7 });
});

test.each([
  ['open', OPEN, 10, 2, [5, 5]],
  ['open', OPEN, 10, 4, [3, 3, 2, 2]],
  // Slots 0 and 2 have users 0, 3, 6, 9 and 2, 5, 8; slot 1 has 1, 4, 7.
  ['closed', CLOSED, 10, 2, [7, 3]],
])('partitions of an %s loop have all users between them', (_, arrivals, users, of, shares) => {
  const counts = Array.from({ length: of }, (_, index) => {
    const population = { arrivals, users, partition: { index, of } };
    return endsOf(parseScenario({ population }), undefined).conversations;
  });
  expect(counts).toEqual(shares);
});
