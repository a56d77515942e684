import { expect, test } from 'vitest';
import { experiments } from './claims.ts';
import { pairedRounds, unpairedRequests } from './fixed-size.ts';

// A small part of `npm run proof:ab`.
const ARMS = { requests: 20, runSigma: 0.03 } as const;

test('of 60 A/A experiments with a look after every round at most 5 % find a gain', async () => {
  const { counts } = await experiments(60, { ...ARMS, gain: 0, noise: 'correlated 0.5' });
  expect(counts.better ?? 0).toBeLessThanOrEqual(3);
});

test('a gain of 5 % is found in 90 % with fewer than half of the requests of a fixed size', async () => {
  const { counts, requests } = await experiments(50, { ...ARMS, gain: 0.05, noise: 'independent' });
  expect(counts.better).toBeGreaterThanOrEqual(45);
  expect(requests).toBeLessThan(unpairedRequests(0.05) / 2);
  const roundSigma = Math.sqrt(2) * Math.hypot(ARMS.runSigma, 0.1 / Math.sqrt(ARMS.requests));
  expect(requests).toBeLessThan((40 * (4 + pairedRounds(0.02, roundSigma))) / 2);
});
