import { describe, expect, test } from 'vitest';
import { assertOneRecordEach, playVirtual } from '../support/play-virtual.ts';
import type { Sent } from '../support/scripted-transport.ts';

const count = (records: readonly { status: string }[], status: string): number =>
  records.filter((record) => record.status === status).length;

describe('a run in virtual time', () => {
  test('plays every turn of every user once and ends', () => {
    const { records, end } = playVirtual({
      conversation: { rounds: 4 },
      pacing: { pauseSec: 2 },
      population: { users: 5, arrivals: { process: 'constant', usersPerSec: 1 } },
    });
    assertOneRecordEach(records);
    expect(records).toHaveLength(20);
    expect(count(records, 'ok')).toBe(20);
    expect(end.stoppedBy).toBe('users');
    // User 5 comes at 4 s; four answers of 70 ms and three pauses of 2 s.
    expect(end.measureEndMs).toBeCloseTo(4000 + 4 * 70 + 3 * 2000, 6);
  });

  test.each([
    ['open, played to its end', 4000, { process: 'constant', usersPerSec: 1 }, {}],
    [
      'open, cut off while users come',
      undefined,
      { process: 'constant', usersPerSec: 1 },
      { afterSec: 2 },
    ],
    [
      'open, cut off when all had come',
      4000,
      { process: 'constant', usersPerSec: 1 },
      { afterSec: 6 },
    ],
    ['closed', undefined, { process: 'closed', concurrency: 2 }, {}],
  ] as const)('says when all had come: %s', (_what, arrivalsEndMs, arrivals, stop) => {
    const { end } = playVirtual({
      conversation: { rounds: 4 },
      pacing: { pauseSec: 2 },
      population: { users: 5, arrivals },
      stop,
    });
    expect(end.arrivalsEndMs).toBe(arrivalsEndMs);
  });

  test('counts think time from the end of the answer, and lateness is zero', () => {
    const { records } = playVirtual({
      conversation: { rounds: 3 },
      pacing: { pauseSec: 2 },
      population: { users: 1 },
    });
    for (const [i, record] of records.entries()) {
      expect(record.sentMs).toBeCloseTo(record.intendedMs!, 6);
      if (i > 0) expect(record.intendedMs! - records[i - 1]!.endMs!).toBeCloseTo(2000, 6);
    }
  });

  test.each([
    [undefined, () => undefined],
    ['maxTokens', () => 3],
    [7, () => 7],
    [{ distribution: 'uniform', min: 0, max: 1000 }, (first: number | undefined) => first],
  ] as const)('sends a priority of %j', (priority, expected) => {
    const { transport } = playVirtual({
      conversation: { rounds: 3 },
      sampling: { priority },
      population: { users: 4 },
    });
    const ofUser = (id: number) => transport.sent.filter(({ userId }) => userId === id);
    for (const id of [1, 2, 3, 4]) {
      const sent = ofUser(id).map((request) => request.priority);
      expect(sent).toEqual([0, 1, 2].map(() => expected(sent[0])));
    }
    const classes = new Set(transport.sent.map((request) => request.priority));
    expect(classes.size).toBe(typeof priority === 'object' ? 4 : 1);
  });

  test('records what the engine tells, and leaves out what it does not', () => {
    const usage = {
      ...{ cachedTokens: 9, externalCachedTokens: 4, storageCachedTokens: 1 },
      ...{ queueMs: 1.5, prefillMs: 30 },
    };
    const { records } = playVirtual(
      { conversation: { rounds: 2 }, population: { users: 1 } },
      (_, index) => (index === 0 ? { usage } : {}),
    );
    expect(records[0]).toMatchObject({
      ...{ cachedTokens: 9, externalCachedTokens: 4, storageCachedTokens: 1 },
      ...{ engineQueueMs: 1.5, enginePrefillMs: 30 },
    });
    for (const field of ['externalCachedTokens', 'engineQueueMs', 'enginePrefillMs'] as const) {
      expect(records[1]![field]).toBeUndefined();
    }
  });

  test.each([
    ['intended', [0, 3000, 8000, 9000]],
    ['sent', [0, 3000, 8000, 11000]],
  ] as const)('interval pacing from %s after one slow answer', (from, expected) => {
    const { records, lags } = playVirtual(
      {
        conversation: { rounds: 4 },
        pacing: { mode: 'interval', pauseSec: 3, from },
        population: { users: 1 },
      },
      ({ turn }) => (turn === 1 ? { ttftMs: 4980 } : {}),
    );
    // The answer to turn 2 ends at 8 s; turn 3 was due at 6 s.
    expect(records.map((record) => Math.round(record.sentMs!))).toEqual(expected);
    expect(records[2]!.intendedMs).toBeCloseTo(6000, 6);
    expect(records[2]!.readyMs).toBeCloseTo(8000, 6);
    expect(lags).toEqual([{ userId: 1, lagMs: expect.closeTo(2000, 6) }]);
  });

  test('the history alternates and carries the answers of the engine', () => {
    const { transport } = playVirtual({ conversation: { rounds: 3 }, population: { users: 1 } });
    const last = transport.sent.at(-1)!.messages;
    expect(last.map((message) => message.role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
    expect(last[2]!.text).toBe(' t1 t2 t3');
  });

  test('a cap on requests in flight is held, first come first served', () => {
    const { records, transport } = playVirtual({
      conversation: { rounds: 2 },
      population: { users: 10, arrivals: { process: 'allAtOnce' }, maxInFlight: 3 },
    });
    expect(count(records, 'ok')).toBe(20);
    expect(transport.inFlightMax).toBe(3);
    expect(transport.sent.slice(0, 10).map((request) => request.userId)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  test('a cap on conversations makes arrivals wait, and their turns stay due when they came', () => {
    const { records } = playVirtual({
      conversation: { rounds: 2 },
      pacing: { pauseSec: 1 },
      population: { users: 4, arrivals: { process: 'allAtOnce' }, maxActive: 2 },
    });
    const third = records.find((record) => record.userId === 3 && record.turn === 0)!;
    expect(third.intendedMs).toBe(0);
    expect(third.readyMs).toBeCloseTo(1140, 6);
    expect(third.sentMs).toBeCloseTo(1140, 6);
  });

  test('closed loop: every slot plays conversations one after another, none is lost', () => {
    const { records, transport } = playVirtual({
      conversation: { rounds: 2 },
      pacing: { pauseSec: 0 },
      population: { users: 10, firstUserId: 0, arrivals: { process: 'closed', concurrency: 4 } },
    });
    expect(new Set(records.map((record) => record.userId)).size).toBe(10);
    expect(count(records, 'ok')).toBe(20);
    expect(transport.inFlightMax).toBe(4);
  });

  test('stops after exactly so many requests, and records the rest as unsent', () => {
    const { records, transport, end } = playVirtual({
      conversation: { rounds: 5 },
      population: { users: 4, arrivals: { process: 'allAtOnce' } },
      stop: { afterRequests: 7 },
    });
    assertOneRecordEach(records);
    expect(transport.sent).toHaveLength(7);
    expect(count(records, 'ok')).toBe(7);
    expect(count(records, 'unsent')).toBe(13);
    expect(end.stoppedBy).toBe('requests');
  });

  test.each([undefined, 1])(
    'the last request may be the first of its conversation, with maxInFlight %s: it is still played',
    (maxInFlight) => {
      const { transport, records } = playVirtual({
        conversation: { rounds: 1 },
        pacing: { pauseSec: 0 },
        population: { users: 9, arrivals: { process: 'closed', concurrency: 1 }, maxInFlight },
        stop: { afterRequests: 4 },
      });
      expect(transport.sent).toHaveLength(4);
      expect(records.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok']);
    },
  );

  test('stops after a duration and lets requests in flight end', () => {
    const { records, end } = playVirtual(
      {
        conversation: { rounds: 1 },
        population: { arrivals: { process: 'constant', usersPerSec: 1 } },
        stop: { afterSec: 10.5 },
      },
      () => ({ ttftMs: 3000 }),
    );
    expect(count(records, 'ok')).toBe(11);
    expect(end).toMatchObject({ stoppedBy: 'duration', drainStartMs: 10500 });
    expect(end.measureEndMs).toBeCloseTo(13020, 6);
  });

  test('the drain has a limit, after which requests in flight are cancelled and recorded', () => {
    const { records, end } = playVirtual(
      {
        conversation: { rounds: 2 },
        population: { users: 2, arrivals: { process: 'allAtOnce' } },
        stop: { afterSec: 1, drainTimeoutSec: 5 },
      },
      ({ userId }) => (userId === 1 ? { silent: true } : { ttftMs: 2000 }),
    );
    expect(end.measureEndMs).toBeCloseTo(6000, 6);
    expect(records.filter((record) => record.turn === 0).map((record) => record.status)).toEqual([
      'ok',
      'cancelled',
    ]);
    expect(count(records, 'unsent')).toBe(2);
  });

  test.each([
    ['interrupt', 'ok', 3030],
    ['abort', 'cancelled', 1500],
  ] as const)('%s ends requests in flight as %s', (method, status, endMs) => {
    const { records, end } = playVirtual(
      { conversation: { rounds: 3 }, population: { users: 1 } },
      () => ({ ttftMs: 3000, tokens: 4 }),
      { meanwhile: (clock, run) => clock.setTimeout(() => run[method](), 1500) },
    );
    expect(records.map((record) => record.status)).toEqual([status, 'unsent', 'unsent']);
    expect(end.stoppedBy).toBe('interrupt');
    expect(end.measureEndMs).toBeCloseTo(endMs, 6);
  });

  test('warm-up requests come first, share no id with the run, and are marked', () => {
    const { records, end } = playVirtual({
      conversation: { rounds: 2 },
      population: { users: 2 },
      warmup: { requests: 10, users: 3, rounds: 1 },
    });
    const warmup = records.filter((record) => record.phase === 'warmup');
    const measured = records.filter((record) => record.phase === 'measure');
    expect(warmup).toHaveLength(13);
    const ids = new Set(measured.map((record) => record.userId));
    expect(warmup.some((record) => ids.has(record.userId))).toBe(false);
    expect(Math.max(...warmup.map((record) => record.endMs!))).toBeLessThanOrEqual(
      end.measureStartMs,
    );
    expect(Math.min(...measured.map((record) => record.intendedMs!))).toBe(end.measureStartMs);
  });

  test('a resumed run leaves finished users out and plays the others at fresh times', () => {
    const input = {
      conversation: { rounds: 2 },
      population: { users: 6, arrivals: { process: 'constant' as const, usersPerSec: 1 } },
    };
    const { records } = playVirtual(input, undefined, {
      before: { played: new Set([1, 2, 4]), measuredMs: 0, requests: 0 },
    });
    const firsts = records.filter((record) => record.turn === 0);
    expect(firsts.map((record) => [record.userId, record.intendedMs])).toEqual([
      [3, 0],
      [5, 1000],
      [6, 2000],
    ]);
  });
});

describe('a failing turn', () => {
  const fail = { status: 'http', message: 'HTTP 500' } as const;
  const twoUsers = { users: 2, arrivals: { process: 'allAtOnce' as const } };

  test('ends its conversation by default, and the rest of it is unsent', () => {
    const { records } = playVirtual(
      { conversation: { rounds: 4 }, population: twoUsers },
      ({ userId, turn }) => (userId === 1 && turn === 1 ? { fail } : {}),
    );
    const first = records.filter((record) => record.userId === 1);
    expect(first.map((record) => record.status)).toEqual(['ok', 'http', 'unsent', 'unsent']);
    expect(records.filter((record) => record.userId === 2)).toHaveLength(4);
  });

  test('is left out of the conversation with policy skip: never two user messages in a row', () => {
    const { records, transport } = playVirtual(
      { conversation: { rounds: 4 }, population: { users: 1 }, failure: { policy: 'skip' } },
      ({ turn }) => (turn === 1 ? { fail } : {}),
    );
    expect(records.map((record) => record.status)).toEqual(['ok', 'http', 'ok', 'ok']);
    for (const { messages } of transport.sent) {
      const roles = messages.map((message) => message.role);
      expect(roles.some((role, i) => role === 'user' && roles[i + 1] === 'user')).toBe(false);
    }
    expect(transport.sent.at(-1)!.messages.map((message) => message.text)).not.toContain(
      'user 1, turn 1',
    );
  });

  test('is retried with backoff when asked; attempts and the first latency are kept', () => {
    let left = 2;
    const { records, transport } = playVirtual(
      {
        conversation: { rounds: 2 },
        population: { users: 1 },
        failure: { policy: 'retry', retries: 3, backoffSec: 1 },
      },
      ({ turn }) => (turn === 1 && left-- > 0 ? { fail, ttftMs: 40 } : {}),
    );
    expect(records.map((record) => record.status)).toEqual(['ok', 'ok']);
    expect(records[1]).toMatchObject({ attempts: 3, firstAttemptMs: expect.closeTo(40, 6) });
    expect(records[0]!.firstAttemptMs).toBeUndefined();
    const waits = transport.sent.slice(2).map((sent, i) => sent.atMs - transport.sent[i + 1]!.atMs);
    expect(waits[0]! - 40).toBeLessThanOrEqual(1000);
    expect(waits[1]! - 40).toBeLessThanOrEqual(2000);
    expect(Math.min(...waits)).toBeGreaterThan(40);
  });

  test('waits as long as the server asks, but no longer than the longest backoff', () => {
    const asks = [20_000, 600_000, 1, undefined];
    const { records, transport } = playVirtual(
      {
        conversation: { rounds: 2 },
        population: { users: 1 },
        failure: { policy: 'retry', retries: 4, backoffSec: 1, maxBackoffSec: 30 },
      },
      ({ turn, attempt }) => {
        const retryAfterMs = asks[attempt! - 1];
        return turn || attempt! > asks.length
          ? {}
          : { fail: { ...fail, ...(retryAfterMs && { retryAfterMs }) }, ttftMs: 0 };
      },
    );
    const { sent } = transport;
    const waits = sent.slice(1, 5).map(({ atMs }, i) => atMs - sent[i]!.atMs);
    expect(waits.slice(0, 2)).toEqual([20_000, 30_000]);
    // A backoff that is longer than what was asked for stays.
    expect(waits[2]).toBeGreaterThan(1);
    expect(waits[2]).toBeLessThanOrEqual(4000);
    // What was asked for is recorded, whatever was done; the next turn begins anew.
    expect(records.map(({ attempts, retryAfterMs }) => [attempts, retryAfterMs])).toEqual([
      [5, 600_000],
      [1, undefined],
    ]);
    expect(sent.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 1]);
  });

  test('that fails for good after its retries ends the conversation', () => {
    const { records, transport } = playVirtual(
      { conversation: { rounds: 2 }, population: { users: 1 }, failure: { policy: 'retry' } },
      () => ({ fail }),
    );
    expect(records.map((record) => [record.status, record.attempts])).toEqual([
      ['http', 4],
      ['unsent', 0],
    ]);
    expect(transport.sent).toHaveLength(4);
  });

  test.each([
    ['firstTokenSec', { silent: true }],
    ['betweenTokensSec', { ttftMs: 10, tokens: 5, tokenMs: 9000 }],
    ['totalSec', { ttftMs: 10, tokens: 50, tokenMs: 900 }],
  ] as const)('by timeout: %s', (limit, script) => {
    const { records } = playVirtual(
      { conversation: { rounds: 1 }, population: { users: 1 }, timeouts: { [limit]: 7 } },
      () => script,
    );
    expect(records[0]).toMatchObject({
      status: 'timeout',
      reason: `timeouts.${limit}: 7 s passed`,
    });
    expect(records[0]!.endMs).toBeCloseTo(limit === 'betweenTokensSec' ? 7010 : 7000, 3);
  });
});

describe('client slots over interleaved conversations', () => {
  const closed = (concurrency: number, rest = {}) => ({
    conversation: { rounds: 4 },
    pacing: { pauseSec: 0 },
    population: {
      users: 6,
      firstUserId: 0,
      arrivals: { process: 'closed' as const, concurrency },
      ...rest,
    },
  });

  test.each([
    [1, 1],
    [1, 6],
    [2, 6],
    [2, 5],
    [3, 4],
    [6, 6],
  ])(
    'M-42 M-39 -p %i -k %i: every planned request is sent, and no more are in flight',
    (clients, active) => {
      const { records, transport } = playVirtual(closed(active, { maxInFlight: clients }));
      expect(count(records, 'ok')).toBe(24);
      expect(transport.inFlightMax).toBe(clients);
    },
  );

  test('M-42 stopping when there is no conversation left to begin drops the tail, which is recorded', () => {
    const { records, end } = playVirtual(
      closed(3, { maxInFlight: 2, stopWhenExhausted: true }),
      ({ userId }) => ({ ttftMs: 50 + userId }),
    );
    assertOneRecordEach(records);
    expect(end.stoppedBy).toBe('exhausted');
    expect(count(records, 'unsent')).toBeGreaterThan(0);
    expect(count(records, 'ok') + count(records, 'unsent')).toBe(24);
  });

  test('M-40 the order of turns is fair by default: conversations take turns', () => {
    const { transport } = playVirtual(closed(3, { maxInFlight: 1 }));
    expect(transport.sent.slice(0, 9).map(({ userId }) => userId)).toEqual([
      0, 1, 2, 0, 1, 2, 0, 1, 2,
    ]);
  });

  test('M-43 rest: every slot rests after its request; rate: requests go out at their own rate', () => {
    const slow = () => ({ ttftMs: 480 });
    const gapsOf = (mode: 'rest' | 'rate') => {
      const pace = { mode, gapSec: 1 };
      const { transport } = playVirtual(closed(4, { maxInFlight: 1, pace }), slow);
      const { sent } = transport;
      return sent.slice(1).map(({ atMs }, i) => Math.round(atMs - sent[i]!.atMs));
    };
    expect(new Set(gapsOf('rest'))).toEqual(new Set([1500]));
    expect(new Set(gapsOf('rate'))).toEqual(new Set([1000]));
  });
});

describe('a warm-up of first turns', () => {
  const input = {
    conversation: { rounds: 3 },
    pacing: { pauseSec: 0 },
    population: {
      users: 5,
      firstUserId: 0,
      arrivals: { process: 'closed' as const, concurrency: 4 },
      maxInFlight: 2,
    },
    warmup: { firstTurns: true },
    stop: { afterRequests: 9 },
  };

  test('M-48 plays the first turn of all, unmeasured, whatever --max-num-requests is, and the run goes on with the answers', () => {
    const { records, transport } = playVirtual(input);
    assertOneRecordEach(records);
    const warmup = records.filter(({ phase }) => phase === 'warmup');
    expect(warmup.map(({ userId, turn }) => [userId, turn]).toSorted()).toEqual(
      [0, 1, 2, 3, 4].map((userId) => [userId, 0]),
    );
    const measured = records.filter(({ phase }) => phase === 'measure');
    expect(measured.filter(({ status }) => status === 'ok')).toHaveLength(9);
    expect(measured.every(({ turn }) => turn > 0)).toBe(true);
    const [first, second] = [0, 1].map(
      (of) => transport.sent.find(({ userId, turn }) => userId === 3 && turn === of)!,
    ) as [Sent, Sent];
    // One conversation, for whatever is kept of it: cookies, ready-made bytes.
    expect(second.conversation).toBe(first.conversation);
    expect(second.messages.map(({ text }) => text)).toEqual([
      'be brief',
      'user 3, turn 0',
      ' t1 t2 t3',
      'user 3, turn 1',
    ]);
  });

  test('M-48 a conversation whose first turn failed is left out of the run, and recorded', () => {
    const { records } = playVirtual({ ...input, stop: {} }, ({ userId, turn }) =>
      userId === 2 && turn === 0 ? { fail: { status: 'http', message: 'HTTP 500' } } : {},
    );
    const left = records.filter(({ userId, phase }) => userId === 2 && phase === 'measure');
    expect(left.map(({ turn, status }) => [turn, status])).toEqual([
      [1, 'unsent'],
      [2, 'unsent'],
    ]);
    expect(count(records, 'ok')).toBe(4 + 4 * 2);
  });
});
