import { expect, test } from 'vitest';
import { type Clock, VirtualClock } from '../../src/base/clock.ts';
import { startRun } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { ScriptedTransport } from '../support/scripted-transport.ts';
import { smallWorkload } from '../support/small-workload.ts';

const USERS = 100;

test('a burst of users comes in slices, between which the first ones can be answered', () => {
  const virtual = new VirtualClock();
  let spentMs = 0;
  const clock: Clock = {
    name: 'virtual',
    originEpochMs: 0,
    now: () => virtual.now() + spentMs,
    setTimeout: (fn, delayMs) => virtual.setTimeout(fn, delayMs),
    clearTimeout: (timer) => virtual.clearTimeout(timer),
    hold: () => {},
  };
  const scenario = parseScenario({
    population: { arrivals: { process: 'allAtOnce' }, users: USERS },
    conversation: { rounds: 1 },
  });
  const workload = smallWorkload(scenario);
  const transport = new ScriptedTransport(virtual);
  startRun({
    scenario,
    clock,
    transport,
    workload: {
      ...workload,
      conversation(userId) {
        // Every arrival costs a millisecond of the machine's time.
        spentMs++;
        return workload.conversation(userId);
      },
    },
    record: () => {},
    onDone: () => {},
  });
  expect(transport.sent.length).toBeGreaterThan(0);
  expect(transport.sent.length).toBeLessThan(USERS / 2);
  virtual.run();
  expect(transport.sent).toHaveLength(USERS);
});
