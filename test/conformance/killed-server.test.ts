import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { type RunAccount, type RunEnd, startRun } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Workload } from '../../src/workload/conversation.ts';
import { Message } from '../../src/workload/message.ts';
import { ScriptedTransport } from '../support/scripted-transport.ts';

const CONVERSATIONS = 10_000;
const TURNS = 40;
const TEXT = 'x'.repeat(80 * 1024);

/** Every turn says 80 KB of its own: 31 GB, which nobody can have held. */
const workload: Workload = {
  digest: 'large',
  notes: [],
  conversation: (userId) => ({
    userId,
    opening: [],
    sharedTokens: 0,
    turns: Array.from({ length: TURNS }, (_, turn) => ({
      message: new Message('user', `user ${userId}, turn ${turn}: ${TEXT}`),
      messageTokens: undefined,
      pauseMs: 60_000,
      maxTokens: undefined,
      minTokens: undefined,
      recordedAnswer: undefined,
    })),
    standInAnswer: () => new Message('assistant', 'an answer'),
  }),
};

test(`M-65 ${CONVERSATIONS} conversations of ${TURNS} turns of 80 KB, the server killed in their midst: a record each, and an end`, () => {
  const scenario = parseScenario({
    population: {
      users: CONVERSATIONS,
      arrivals: { process: 'constant', usersPerSec: 1000 },
    },
  });
  const clock = new VirtualClock();
  // User i comes after i ms, is answered after 70, and asks again a minute later: 3,431 of them have.
  const isKilled = () => clock.now() > 63_500;
  const transport = new ScriptedTransport(clock, () =>
    isKilled() ? { ttftMs: 1, fail: { status: 'connect', message: 'cannot connect' } } : {},
  );
  const seen = new Uint8Array(CONVERSATIONS * TURNS);
  const counts: Record<string, number> = {};
  let ended: { end: RunEnd; account: RunAccount } | undefined;
  startRun({
    scenario,
    clock,
    transport,
    workload,
    record({ userId, turn, status }) {
      seen[userId * TURNS + turn - TURNS]! += 1;
      counts[status] = (counts[status] ?? 0) + 1;
    },
    lagging: () => {},
    before: undefined,
    player: undefined,
    onDone: (end, account) => (ended = { end, account }),
  });
  clock.run();
  expect(ended).toMatchObject({
    end: { stoppedBy: 'unreachable' },
    account: { planned: CONVERSATIONS * TURNS, defect: undefined },
  });
  expect(seen.every((records) => records === 1)).toBe(true);
  const { ok, connect = 0, ...rest } = counts;
  expect([ok, rest]).toEqual([13_431, { unsent: CONVERSATIONS * TURNS - 13_431 - connect }]);
  // Those of its last moment, and a try now and then.
  expect(connect).toBeGreaterThan(0);
  expect(connect).toBeLessThan(100);
  expect(transport.sent[0]!.messages[0]!.text.length).toBeGreaterThan(80 * 1024);
  expect(transport.inFlight).toBe(0);
});
