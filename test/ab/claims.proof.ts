import { expect, test } from 'vitest';
import { experiments } from './claims.ts';
import { pairedRounds, unpairedPower, unpairedRequests, unpairedRuns } from './fixed-size.ts';
import { NOISES, type NoiseName, SETTINGS } from './noisy-arms.ts';
import { simulatedExperiments } from './simulated-arms.ts';

const EXPERIMENTS = 1000;
const ARMS = { requests: 50, runSigma: 0.03, noise: 'independent', gain: 0 } as const;

test.each(Object.keys(NOISES) as NoiseName[])(
  'of 1,000 A/A experiments with a look after every round at most 5 % find a gain: %s',
  async (noise) => {
    const { counts, rounds } = await experiments(EXPERIMENTS, { ...ARMS, noise });
    console.log(`${noise.padEnd(27)} ${JSON.stringify(counts)}, ${rounds.toFixed(1)} rounds`);
    expect(counts.better ?? 0).toBeLessThanOrEqual(0.05 * EXPERIMENTS);
    expect(counts.refused ?? 0).toBeLessThanOrEqual(0.05 * EXPERIMENTS);
  },
);

test('a gain of 5 % is found in at least 90 %, with fewer than half of the requests of fixed-size tests', async () => {
  const { counts, rounds, requests } = await experiments(EXPERIMENTS, { ...ARMS, gain: 0.05 });
  const roundSigma = Math.sqrt(2) * Math.hypot(ARMS.runSigma, 0.1 / Math.sqrt(ARMS.requests));
  const perRound = 2 * ARMS.requests;
  const pilot = SETTINGS.controlRounds * perRound;
  const unpaired = unpairedRequests(0.05);
  const asUsersDo = ([0.8, 0.9] as const).map((power) => {
    const runs = unpairedRuns(ARMS, 0.05, power);
    return { power, requests: runs * perRound, found: unpairedPower(ARMS, 0.05, runs, 200) };
  });
  // Who fixes the size beforehand knows what is worth finding, not how large it is.
  const planned = pilot + perRound * pairedRounds(SETTINGS.minGain, roundSigma);
  const clairvoyant = pilot + perRound * pairedRounds(0.05, roundSigma);
  console.log(`5 % gain: ${JSON.stringify(counts)}, ${rounds.toFixed(1)} rounds`);
  for (const { power, requests, found } of asUsersDo) {
    console.log(
      `fixed size, runs of their own and Welch's test, power ${100 * power} %: ${requests} requests, of 200 such it is found in ${(100 * found).toFixed(0)} %`,
    );
  }
  console.log(
    `requests with the floor: ${requests.toFixed(0)}; fixed size, unpaired ${unpaired.toFixed(0)}; paired, planned for ${SETTINGS.minGain}: ${planned.toFixed(0)}; paired, planned for the very 5 %: ${clairvoyant.toFixed(0)}`,
  );
  expect(counts.better).toBeGreaterThanOrEqual(0.9 * EXPERIMENTS);
  for (const one of asUsersDo) expect(requests).toBeLessThan(one.requests / 2);
  expect(requests).toBeLessThan(unpaired / 2);
  expect(requests).toBeLessThan(planned / 2);
});

/** Each plays some fifty runs of the engine. */
const SIMULATED = 200;

test('of 200 A/A experiments in the simulated engine, without common random numbers, at most 5 % find a gain', async () => {
  const { counts, rounds } = await simulatedExperiments(SIMULATED);
  console.log(
    `simulated engine, unpaired   ${JSON.stringify(counts)}, ${rounds.toFixed(1)} rounds`,
  );
  expect(counts.better ?? 0).toBeLessThanOrEqual(0.05 * SIMULATED);
});
