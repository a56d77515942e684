import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { Deadline } from '../../src/user/deadline.ts';

interface Rig {
  readonly clock: VirtualClock;
  readonly deadline: Deadline;
  readonly expired: [string, number][];
}

function start(timeouts: Record<string, number | null>, maxTokens?: number): Rig {
  const clock = new VirtualClock();
  const expired: [string, number][] = [];
  const limits = parseScenario({ timeouts }).timeouts;
  const deadline = new Deadline(clock, limits, maxTokens, (message) => {
    expired.push([message, clock.now()]);
    deadline.stop();
  });
  return { clock, deadline, expired };
}

const at = (clock: VirtualClock, atMs: number, then: () => void): void => {
  clock.setTimeout(then, atMs);
};

test('a request that never gets a connection runs out of connect time', () => {
  const { clock, expired } = start({ connectSec: 5 });
  clock.run();
  expect(expired).toEqual([['timeouts.connectSec: 5 s passed', 5000]]);
});

test('tokens move the deadline between tokens, and only the gap that is too long counts', () => {
  const { clock, deadline, expired } = start({ betweenTokensSec: 2 });
  at(clock, 10, () => deadline.sent(10));
  for (const atMs of [100, 1900, 3800, 5700]) at(clock, atMs, () => deadline.token(atMs));
  clock.run();
  expect(expired).toEqual([['timeouts.betweenTokensSec: 2 s passed', 7700]]);
});

test('the total counts from sent, however fast the tokens come', () => {
  const { clock, deadline, expired } = start({ totalSec: 3 });
  at(clock, 500, () => deadline.sent(500));
  for (let atMs = 600; atMs < 10_000; atMs += 100) at(clock, atMs, () => deadline.token(atMs));
  clock.run(10_000);
  expect(expired).toEqual([['timeouts.totalSec: 3 s passed', 3500]]);
});

test.each([
  // maxTokens, total asked for -> total that holds, s
  [undefined, 10, 10],
  [20, 10, 10],
  [100, 10, 20],
])('M-31 with %s output tokens a total of %i s is %i s', (maxTokens, totalSec, expected) => {
  const { clock, deadline, expired } = start({ totalSec, firstTokenSec: null }, maxTokens);
  deadline.sent(0);
  clock.run();
  expect(expired).toEqual([[`timeouts.totalSec: ${expected} s passed`, expected * 1000]]);
});

test('a request that ended in time leaves nothing behind', () => {
  const { clock, deadline, expired } = start({ totalSec: 3 });
  deadline.sent(0);
  deadline.token(50);
  at(clock, 100, () => deadline.stop());
  clock.run();
  expect(expired).toEqual([]);
});

test('null is no deadline', () => {
  const none = { connectSec: null, firstTokenSec: null, betweenTokensSec: null, totalSec: null };
  const { clock, deadline, expired } = start(none);
  deadline.sent(0);
  clock.run(1e9);
  expect(expired).toEqual([]);
});
