import { expect, test } from 'vitest';
import { SoFar } from '../../src/stats/so-far.ts';
import { turnRecord } from '../record/sample.ts';

/** Of a conversation of four turns. */
const turn = (userId: number, at: number, more: Partial<Parameters<typeof turnRecord>[0]> = {}) =>
  turnRecord({ userId, turn: at, turns: 4, ...more });

function followed(...records: ReturnType<typeof turnRecord>[]): SoFar {
  const soFar = new SoFar();
  for (const record of records) soFar.add(record);
  return soFar;
}

test('conversations under way count by their turns, and what is left follows', () => {
  const soFar = followed(turn(1, 0), turn(1, 1), turn(2, 0), turn(2, 1), turn(2, 2), turn(2, 3));
  const { share, leftMs, conversations } = soFar.at(6000, 0, { conversations: 6 });
  expect(conversations).toBe(1);
  expect(share).toBeCloseTo(1.5 / 6, 12);
  expect(leftMs).toBeCloseTo(18_000, 6);
});

test('a user found in mid-conversation is at its end with its last turn', () => {
  const { share } = followed(turn(1, 2), turn(1, 3)).at(9000, 0, { conversations: 1 });
  expect(share).toBe(1);
});

test('agents who ask in the same turn are one conversation', () => {
  const agents = [0, 1, 2].map((place) => turn(1, 3, { agent: { id: place, place } }));
  expect(followed(...agents).at(9000, 0, { conversations: 2 })).toMatchObject({
    conversations: 1,
    share: 0.5,
  });
});

test('the goal that is nearest counts, and time is known from the start', () => {
  const soFar = followed(turn(1, 0));
  const goals = { afterMs: 10_000, requests: 100 };
  expect(soFar.at(1000, 0, goals)).toMatchObject({ share: 0.1, leftMs: 9000 });
  expect(soFar.at(100, 0, { requests: 100 }).leftMs).toBeUndefined();
});

test('without a goal there is nothing to be near to; nothing measured is unknown, not 0', () => {
  const none = new SoFar().at(5000, 0, {});
  expect(none).toEqual({
    measuredMs: 5000,
    ...{ completed: 0, failed: 0, ended: 0, conversations: 0, completedPerSec: 0 },
  });
});

test('what was handed over counts towards the end, and what is left goes by what came after', () => {
  const soFar = new SoFar();
  for (const at of [0, 1, 2, 3]) soFar.add(turn(1, at, { phase: 'warmup' }), true);
  for (const at of [0, 1, 2, 3]) soFar.add(turn(2, at));
  const { completed, ended, share, leftMs } = soFar.at(6000, 0, { conversations: 4 });
  expect([completed, ended, share]).toEqual([4, 8, 0.5]);
  expect(leftMs).toBeCloseTo(12_000, 6);
  expect(soFar.at(6000, 0, { requests: 16 }).leftMs).toBeCloseTo(12_000, 6);
});

test('failed and cancelled requests have ended, unsent ones and the warm-up are not counted', () => {
  const soFar = followed(
    turn(1, 0),
    turn(2, 0, { status: 'timeout' }),
    turn(3, 0, { status: 'cancelled' }),
    turn(4, 0, { status: 'unsent' }),
    turn(5, 0, { phase: 'warmup' }),
  );
  expect(soFar.at(1000, 0, {})).toMatchObject({ completed: 1, failed: 1, ended: 3 });
});

test('a rate is of the last ten seconds', () => {
  const soFar = new SoFar();
  for (let second = 0; second <= 20; second++) {
    if (second <= 10) soFar.add(turn(second, 0));
    soFar.at(second * 1000, 0, {});
  }
  expect(soFar.at(20_500, 0, {}).completedPerSec).toBe(0);
});

test('what is left is guessed from a twentieth of the way and three seconds on, not before', () => {
  const soFar = followed(turn(1, 0));
  const { leftMs } = soFar.at(3000, 0, { requests: 20 });
  expect(leftMs).toBeCloseTo(57_000, 6);
  expect(soFar.at(2999, 0, { requests: 20 }).leftMs).toBeUndefined();
  expect(soFar.at(3000, 0, { requests: 21 }).leftMs).toBeUndefined();
  expect(soFar.at(3000, 0, { requests: 21 }).share).toBeCloseTo(1 / 21, 12);
});

test('time that is the nearest goal is known from the first moment on, and from the start of measuring', () => {
  const soFar = followed(turn(1, 0));
  expect(soFar.at(1010, 1000, { afterMs: 10_000 })).toMatchObject({ measuredMs: 10, leftMs: 9990 });
  expect(soFar.at(1000, 1000, { afterMs: 10_000 })).not.toHaveProperty('leftMs');
  expect(soFar.at(900, 1000, { afterMs: 10_000 })).toMatchObject({ measuredMs: 0, share: 0 });
  // The requests are nearer, and of those a second tells nothing.
  const both = soFar.at(1000, 0, { afterMs: 10_000, requests: 5 });
  expect(both).toMatchObject({ share: 0.2 });
  expect(both.leftMs).toBeUndefined();
});

test('of three goals the nearest is told, and what is beyond a goal is all of it', () => {
  const soFar = followed(turn(1, 0), turn(1, 1), turn(2, 0));
  const share = (afterMs: number, requests: number, conversations: number) =>
    soFar.at(6000, 0, { afterMs, requests, conversations }).share;
  expect(share(60_000, 10, 10)).toBe(0.3);
  expect(share(12_000, 10, 10)).toBe(0.5);
  expect(share(60_000, 30, 1)).toBe(0.75);
  expect(share(60_000, 2, 10)).toBe(1);
  expect(soFar.at(6000, 0, { requests: 2 }).leftMs).toBe(0);
  expect(soFar.at(6000, 0, { requests: 0 })).toMatchObject({ share: 1, leftMs: 0 });
  expect(soFar.at(6000, 0, { requests: -1 })).toMatchObject({ share: 1, leftMs: 0 });
});

test('a user who is back begins another conversation', () => {
  const again = followed(...[0, 1, 2, 3, 0].map((at) => turn(1, at)));
  expect(again.at(6000, 0, { conversations: 5 })).toMatchObject({ conversations: 1, share: 0.25 });
});

test('of a handed-over warm-up what was never sent is no request', () => {
  const soFar = new SoFar();
  soFar.add(turn(1, 0, { phase: 'warmup', status: 'unsent' }), true);
  soFar.add(turn(2, 0, { phase: 'warmup' }), true);
  soFar.add(turn(3, 0));
  const { share, leftMs, completed, ended } = soFar.at(6000, 0, { requests: 10 });
  expect([share, completed, ended]).toEqual([0.2, 1, 2]);
  expect(leftMs).toBeCloseTo(48_000, 6);
});

test('means are of the completed requests that have a value', () => {
  const { firstTokenMs, firstOutputMs, ...untold } = turn(3, 0, { cachedTokens: undefined });
  const { meanTtftMs, meanTpotMs, cachedShare } = followed(
    turn(1, 0),
    turn(2, 0, { firstTokenMs: 1001 + 140, outputTokens: 1, cachedTokens: 0 }),
    untold,
    turn(4, 0, { status: 'timeout', firstTokenMs: 9000 }),
  ).at(1000, 0, {});
  expect([firstTokenMs, firstOutputMs]).toEqual([1101, 1101]);
  expect(meanTtftMs).toBe(120);
  expect(meanTpotMs).toBeCloseTo(95 / 9, 9);
  expect(cachedShare).toBeCloseTo(992 / (2 * 1032), 12);
});

test('a rate counts from the start of measuring at first, then from ten seconds ago', () => {
  const soFar = new SoFar();
  expect(soFar.at(1000, 1000, {})).not.toHaveProperty('completedPerSec');
  for (const userId of [1, 2]) soFar.add(turn(userId, 0));
  expect(soFar.at(2000, 1000, {}).completedPerSec).toBe(2);
  soFar.add(turn(3, 0));
  expect(soFar.at(11_000, 1000, {}).completedPerSec).toBe(0.3);
  // The two of the beginning were there ten seconds ago.
  expect(soFar.at(12_000, 1000, {}).completedPerSec).toBe(0.1);
  expect(soFar.at(16_000, 1000, {}).completedPerSec).toBeCloseTo(1 / 14, 12);
});

test('of two goals that are as near, time is the one that is known', () => {
  const soFar = new SoFar();
  for (const userId of [1, 2]) soFar.add(turn(userId, 0, { phase: 'warmup' }), true);
  for (const userId of [3, 4, 5]) soFar.add(turn(userId, 0));
  const goals = { afterMs: 12_000, requests: 10 };
  expect(soFar.at(6000, 0, goals)).toMatchObject({ share: 0.5, leftMs: 6000 });
});
