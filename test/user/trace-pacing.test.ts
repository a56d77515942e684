import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import type { Workload } from '../../src/workload/conversation.ts';
import { playVirtual } from '../support/play-virtual.ts';
import { smallWorkload } from '../support/small-workload.ts';

/** Every user has turns at these times from its first. */
const DUE_MS = [0, 1000, 1500, 6000];
const ARRIVALS_MS = [20_000, 20_400];

function played(
  population: ScenarioInput['population'],
  latencyMs: number | ((turn: number) => number),
  more: ScenarioInput = {},
) {
  const input: ScenarioInput = {
    ...more,
    conversation: { source: 'trace', trace: { file: 'not read' }, rounds: DUE_MS.length },
    pacing: { mode: 'trace', pauseSec: 77 },
    population,
  };
  const small = smallWorkload(parseScenario(input));
  const workload: Workload = {
    ...small,
    arrivalsMs: ARRIVALS_MS,
    conversations: ARRIVALS_MS.length,
    conversation(userId) {
      const whole = small.conversation(userId);
      return { ...whole, turns: whole.turns.map((turn, i) => ({ ...turn, dueMs: DUE_MS[i]! })) };
    },
  };
  const ttftOf = typeof latencyMs === 'number' ? () => latencyMs : latencyMs;
  const run = playVirtual(input, ({ turn }) => ({ ttftMs: ttftOf(turn), tokens: 1 }), { workload });
  const of = (userId: number) => {
    const records = run.records
      .filter((record) => record.userId === userId)
      .sort((a, b) => a.turn - b.turn);
    return {
      intended: records.map(({ intendedMs }) => intendedMs),
      sent: records.map(({ sentMs }) => sentMs),
      statuses: records.map(({ status }) => status),
    };
  };
  return { ...run, of };
}

const TRACE = { arrivals: { process: 'trace' } } as const;

test('every turn is sent at its own time while answers come before the next is due', () => {
  const { of, lags } = played(TRACE, 300);
  expect(of(1)).toMatchObject({ intended: [0, 1000, 1500, 6000], sent: [0, 1000, 1500, 6000] });
  expect(of(2)).toMatchObject({ sent: [400, 1400, 1900, 6400] });
  expect(lags).toEqual([]);
});

test('a turn whose previous answer is late is sent when that has ended, and is late by the time of the trace', () => {
  const { of, lags } = played(TRACE, (turn) => (turn === 1 ? 2200 : 300));
  // Turn 1 ends at 3200, 1700 after turn 2 was due; turn 3 is on time again.
  expect(of(1)).toMatchObject({ intended: [0, 1000, 1500, 6000], sent: [0, 1000, 3200, 6000] });
  expect(of(2)).toMatchObject({ intended: [400, 1400, 1900, 6400], sent: [400, 1400, 3600, 6400] });
  expect(lags).toEqual([
    { userId: 1, lagMs: 1700 },
    { userId: 2, lagMs: 1700 },
  ]);
});

test('a slowdown of 2 stretches the times within conversations as it does those between them', () => {
  const { of } = played({ arrivals: { process: 'trace', slowdown: 2 } }, 300);
  expect(of(1)).toMatchObject({ intended: [0, 2000, 3000, 12_000], sent: [0, 2000, 3000, 12_000] });
  expect(of(2)).toMatchObject({ sent: [800, 2800, 3800, 12_800] });
});

test('times count from when the user was due, however late it was let in', () => {
  const { of } = played({ ...TRACE, maxActive: 1 }, 300);
  // User 1 is over at 6300.
  expect(of(2)).toMatchObject({
    intended: [400, 1400, 1900, 6400],
    sent: [6300, 6600, 6900, 7200],
  });
});

test('in a closed loop they count from when the slot came free, not slowed down', () => {
  const { of } = played({ arrivals: { process: 'closed', concurrency: 1 } }, 300);
  expect(of(2)).toMatchObject({
    intended: [6300, 7300, 7800, 12_300],
    sent: [6300, 7300, 7800, 12_300],
  });
});

test('a turn that is skipped moves none of the others', () => {
  const failure = { policy: 'skip' } as const;
  const { of } = played(TRACE, (turn) => (turn === 1 ? 900 : 300), {
    failure,
    timeouts: { firstTokenSec: 0.8 },
  });
  expect(of(1)).toMatchObject({
    intended: [0, 1000, 1500, 6000],
    sent: [0, 1000, 1800, 6000],
    statuses: ['ok', 'timeout', 'ok', 'ok'],
  });
});
