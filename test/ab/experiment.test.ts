import { expect, test } from 'vitest';
import { conclusionOf, measuredOf, nextStep } from '../../src/ab/experiment.ts';
import type { Pair } from '../../src/ab/pair.ts';
import type { Round, Settings, Stage } from '../../src/ab/settings.ts';

const SETTINGS: Settings = {
  measure: 'ttft',
  minGain: 0.02,
  alpha: 0.05,
  roundsMax: 12,
  controls: ['floor', 'no-reuse'],
  controlRounds: 2,
  isOfReuse: true,
  expect: 'better',
};

/** A pair in which B's TTFT is A's 100 ms less this gain. */
function pair(gain: number, hitShare = 0, failed = 0): Pair {
  const ttft = { a: 100, b: 100 * (1 - gain), difference: Math.log(1 - gain) };
  return {
    a: { requests: 10, failed: 0 },
    b: { requests: 10, failed },
    paired: 10 - failed,
    measures: { ttft, 'hit-share': { a: 0, b: hitShare, difference: hitShare } },
  };
}

function rounds(stage: Stage, gains: readonly number[], hitShare = 0): Round[] {
  return gains.map((gain, index) => ({ stage, round: index + 1, pair: pair(gain, hitShare) }));
}

const CLEAN = [...rounds('floor', [0.001, -0.001]), ...rounds('no-reuse', [0, 0])];
const GAINS = [0.1, 0.11, 0.09, 0.1, 0.12, 0.1];

test('controls come first, in their order, then rounds until it is decided', () => {
  expect(nextStep(SETTINGS, [])).toEqual({ stage: 'floor', round: 1 });
  expect(nextStep(SETTINGS, CLEAN.slice(0, 3))).toEqual({ stage: 'no-reuse', round: 2 });
  expect(nextStep(SETTINGS, CLEAN)).toEqual({ stage: 'rounds', round: 1 });
  const five = [...CLEAN, ...rounds('rounds', GAINS.slice(0, 5))];
  expect(nextStep(SETTINGS, five)).toEqual({ stage: 'rounds', round: 6 });
  expect(nextStep(SETTINGS, [...CLEAN, ...rounds('rounds', GAINS)])).toBeUndefined();
});

test.each([
  ['better', GAINS],
  ['worse', GAINS.map((gain) => -gain)],
  ['alike', [0.001, 0.002, 0, 0.001, -0.001, 0.001]],
  // Better for sure, and by nothing that is worth having.
  ['alike', [0.003, 0.003, 0.003, 0.003, 0.003, 0.003]],
  ['notBetter', [-0.03, 0.001, -0.02, 0, -0.04, -0.02]],
  ['open', [0.1, -0.2, 0.3, -0.1, 0, 0.2]],
  ['open', [0.1, 0.1]],
] as const)('B is %s by its rounds', (finding, gains) => {
  const { finding: found, isExpected } = conclusionOf(SETTINGS, [
    ...CLEAN,
    ...rounds('rounds', gains),
  ]);
  expect({ found, isExpected }).toEqual({ found: finding, isExpected: finding === 'better' });
});

test('an experiment that expects B not to be worse goes on until that is sure', () => {
  const settings: Settings = { ...SETTINGS, expect: 'not-worse' };
  const notBetter = [...CLEAN, ...rounds('rounds', [-0.03, 0.001, -0.02, 0, -0.04, -0.02])];
  expect(nextStep(SETTINGS, notBetter)).toBeUndefined();
  expect(nextStep(settings, notBetter)).toEqual({ stage: 'rounds', round: 7 });
  const alike = [...CLEAN, ...rounds('rounds', [0, 0.001, 0, 0.001, 0, 0])];
  expect(nextStep(settings, alike)).toBeUndefined();
  expect(conclusionOf(settings, alike).isExpected).toBe(true);
});

test('a control that shows a gain ends it: nothing is said of B', () => {
  const warm = [...rounds('floor', [0, 0]), ...rounds('no-reuse', [0.5, 0.5])];
  expect(nextStep(SETTINGS, warm)).toBeUndefined();
  expect(conclusionOf(SETTINGS, warm)).toMatchObject({
    finding: 'refused',
    isExpected: false,
    controls: [{ says: 'none' }, { name: 'no-reuse', says: 'gain', by: 'ttft' }],
  });
});

test('cached tokens where nothing is reused are a gain, however slow they came', () => {
  const hits = [...rounds('floor', [0, 0]), ...rounds('no-reuse', [0, 0], 0.3)];
  expect(conclusionOf(SETTINGS, hits)).toMatchObject({
    finding: 'refused',
    controls: [{}, { says: 'gain', by: 'hit-share', hitShare: { a: 0, b: 0.3 } }],
  });
});

test('a gain that is none of reuse may show without reuse; hits may not', () => {
  const settings = { ...SETTINGS, isOfReuse: false };
  const faster = [...rounds('floor', [0, 0]), ...rounds('no-reuse', [0.1, 0.1])];
  expect(nextStep(settings, faster)).toEqual({ stage: 'rounds', round: 1 });
  const hits = [...rounds('floor', [0, 0]), ...rounds('no-reuse', [0.1, 0.1], 0.3)];
  expect(conclusionOf(settings, hits).finding).toBe('refused');
});

test('the second of two runs in a row may be quicker; what it must not do is hit', () => {
  const settings: Settings = { ...SETTINGS, controls: ['salt'] };
  expect(conclusionOf(settings, rounds('salt', [0.2, 0.2])).controls).toMatchObject([
    { judged: 'hits', says: 'none' },
  ]);
  const hits = conclusionOf(settings, rounds('salt', [0.2, 0.2], 0.5));
  expect(hits).toMatchObject({ finding: 'refused', controls: [{ by: 'hit-share' }] });
  // Nobody says what was cached.
  const silent = rounds('salt', [0.2, 0.2]).map((round) => {
    const { ttft } = round.pair.measures;
    return { ...round, pair: { ...round.pair, measures: { ttft: ttft! } } };
  });
  expect(conclusionOf(settings, silent)).toMatchObject({
    finding: 'refused',
    controls: [{ judged: 'gain', by: 'ttft' }],
  });
});

test('A that is worse than itself is refused as A that is better', () => {
  const uneven = rounds('floor', [-0.1, -0.1]);
  expect(nextStep(SETTINGS, uneven)).toBeUndefined();
  expect(conclusionOf(SETTINGS, uneven).finding).toBe('refused');
});

test('A that differs from itself for all that is known is not refused, nor cleared', () => {
  const noisy = rounds('floor', [-0.2, 0.02]);
  expect(conclusionOf(SETTINGS, noisy).controls).toMatchObject([
    { name: 'floor', says: 'open', judged: 'gain' },
  ]);
});

test('a measure is the mean of its rounds, beside the gain', () => {
  const { a, b, gain } = measuredOf(SETTINGS, rounds('rounds', [0.1, 0.2]), 'ttft');
  expect([a, b]).toEqual([100, expect.closeTo(85)]);
  expect(gain).toEqual({ mean: expect.closeTo(1 - Math.sqrt(0.9 * 0.8)) });
});

test('rounds end at the most that are allowed', () => {
  const many = rounds(
    'rounds',
    Array.from({ length: 12 }, (_, index) => (index % 2 ? 0.2 : -0.2)),
  );
  expect(nextStep(SETTINGS, [...CLEAN, ...many])).toBeUndefined();
  expect(nextStep(SETTINGS, [...CLEAN, ...many.slice(1)])).toMatchObject({ round: 12 });
});

test('requests and failures are counted; B that fails more is not what is expected', () => {
  const failing = GAINS.map((gain, index) => ({
    stage: 'rounds' as const,
    round: index + 1,
    pair: pair(gain, 0, 1),
  }));
  expect(conclusionOf(SETTINGS, [...CLEAN, ...failing])).toMatchObject({
    finding: 'better',
    isExpected: false,
    failsMore: true,
    requests: 200,
    requestsOfRounds: 120,
    failed: { a: 0, b: 6 },
  });
});

test('a measure without a value in any round is unknown', () => {
  expect(measuredOf(SETTINGS, rounds('rounds', GAINS), 'goodput')).toEqual({
    measure: 'goodput',
    rounds: 0,
  });
});
