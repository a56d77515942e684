import { describe, expect, test } from 'vitest';
import type { VirtualClock } from '../../src/base/clock.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { generatorDelayMs } from '../../src/stats/latency.ts';
import { assertOneRecordEach, playVirtual } from '../support/play-virtual.ts';
import type { Script } from '../support/scripted-transport.ts';

const REFUSED: Script = { ttftMs: 1, fail: { status: 'connect', message: 'cannot connect' } };
const GONE_MS = 10_000;

const CLOSED: ScenarioInput = {
  conversation: { rounds: 1 },
  population: { users: 2000, arrivals: { process: 'closed', concurrency: 5 } },
};
const OPEN: ScenarioInput = {
  conversation: { rounds: 2 },
  pacing: { pauseSec: 3 },
  population: { users: 500, arrivals: { process: 'constant', usersPerSec: 10 } },
};

/** A server that nobody can connect to from 10 s on, until it is back. */
function played(
  input: ScenarioInput,
  backMs: number,
  options: Parameters<typeof playVirtual>[2] = {},
) {
  let clock: VirtualClock | undefined;
  return playVirtual(
    input,
    () => {
      const nowMs = clock?.now() ?? 0;
      return nowMs >= GONE_MS && nowMs < backMs ? REFUSED : {};
    },
    {
      ...options,
      meanwhile(made) {
        clock = made;
      },
    },
  );
}

const withStatus = (records: readonly TurnRecord[], status: string) =>
  records.filter((record) => record.status === status);

describe('a server that is gone', () => {
  test('fails those who were on their way and a try now and then, and not everybody there is', () => {
    const { records, end } = played(CLOSED, Infinity);
    expect(end.stoppedBy).toBe('unreachable');
    // 1, 2, 4 and 8 s apart, then every 15 s.
    const failedAtMs = withStatus(records, 'connect').map(({ endMs }) => Math.floor(endMs! / 1000));
    expect(failedAtMs).toEqual([10, 10, 10, 10, 10, 11, 13, 17, 25, 40, 55]);
    expect(end.drainStartMs).toBeGreaterThan(GONE_MS + 60_000 - 100);
    expect(end.drainStartMs).toBeLessThan(GONE_MS + 60_100);
    assertOneRecordEach(records);
  });

  test('what was due and not sent is recorded as unsent', () => {
    const { records, end } = played(OPEN, Infinity);
    expect(end.stoppedBy).toBe('unreachable');
    expect(withStatus(records, 'connect').length).toBeLessThan(12);
    const unsent = withStatus(records, 'unsent');
    expect(unsent.length).toBeGreaterThan(700);
    expect(unsent.every(({ attempts }) => attempts === 0)).toBe(true);
    // All that came until the run was given up, two turns each.
    expect(records).toHaveLength(1000);
  });

  test('how long it may be gone is a setting', () => {
    const { end } = played({ ...CLOSED, stop: { afterUnreachableSec: 5 } }, Infinity);
    expect(end.stoppedBy).toBe('unreachable');
    expect(Math.round(end.drainStartMs / 1000)).toBe(15);
  });

  test('null: for ever, until something else ends the run', () => {
    const stop = { afterUnreachableSec: null, afterSec: 600 };
    expect(played({ ...CLOSED, stop }, Infinity).end.stoppedBy).toBe('duration');
  });

  test('clients who take from a queue wait, too', () => {
    const { records, end } = played(
      {
        ...CLOSED,
        population: {
          users: 2000,
          arrivals: { process: 'clients', clients: 5, conversationsEach: 1 },
        },
      },
      Infinity,
    );
    expect(end.stoppedBy).toBe('unreachable');
    expect(withStatus(records, 'connect').length).toBeLessThan(12);
  });

  test('in the warm-up as well', () => {
    const input = { ...CLOSED, warmup: { users: 300, usersPerSec: 10 } };
    const { records, end } = played(input, Infinity);
    expect(end.stoppedBy).toBe('unreachable');
    expect(withStatus(records, 'connect').length).toBeLessThan(12);
  });

  test('retries wait for it like anybody', () => {
    const failure = {
      policy: 'retry',
      retries: 100,
      backoffSec: 0.01,
      maxBackoffSec: 0.01,
    } as const;
    const { records } = played({ ...CLOSED, failure }, Infinity);
    const attempts = withStatus(records, 'connect').map((record) => record.attempts);
    expect(Math.max(...attempts)).toBeLessThan(12);
  });
});

describe('a server that comes back', () => {
  test('is found by the next try, and the run goes on to its end', () => {
    const { records, end } = played(CLOSED, GONE_MS + 20_000);
    expect(end.stoppedBy).toBe('users');
    expect(withStatus(records, 'connect')).toHaveLength(5 + 4);
    expect(withStatus(records, 'ok')).toHaveLength(2000 - 9);
  });

  test('whoever waited for it was not kept by this client', () => {
    const { records } = played(OPEN, GONE_MS + 20_000);
    const waited = records.filter(({ intendedMs }) => intendedMs! > 11_000 && intendedMs! < 39_000);
    expect(waited.length).toBeGreaterThan(200);
    expect(Math.max(...waited.map((record) => generatorDelayMs(record) ?? 0))).toBeLessThan(0.01);
  });
});

test('a connection that fails now and then, while others come about, makes nobody wait', () => {
  const { records, end } = playVirtual(CLOSED, (_, index) =>
    // After those that were begun with it have been answered.
    index % 10 === 9 ? { ...REFUSED, ttftMs: 500 } : {},
  );
  expect(end.stoppedBy).toBe('users');
  expect(withStatus(records, 'connect')).toHaveLength(200);
  // No slower than its slowest slot.
  expect(end.measureEndMs).toBeLessThan(150_000);
});
