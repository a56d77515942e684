import { expect, test } from 'vitest';
import { expectedText } from '../../src/play/expected.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import type { Workload } from '../../src/workload/conversation.ts';

/** Nobody has to look at a conversation where the scenario says how long one is. */
const workload = {
  conversation: () => {
    throw new Error('looked at');
  },
  digest: '',
  notes: [],
} satisfies Workload;

const OPEN = { process: 'constant', usersPerSec: 2 } as const;
const CLOSED = { process: 'closed', concurrency: 4 } as const;

const textOf = (scenario: ScenarioInput): string =>
  expectedText({
    scenario: parseScenario({
      conversation: { rounds: 5 },
      pacing: { pauseSec: 10 },
      ...scenario,
    }),
    workload,
  });

test.each<[string, ScenarioInput, string]>([
  [
    'an open loop: when the last one begins, and its pauses',
    { population: { arrivals: OPEN, users: 21 } },
    "about 50 s and what a conversation's answers take",
  ],
  [
    'an open loop of more than are drawn',
    { population: { arrivals: OPEN, users: 7201 } },
    "about 1 h 1 min and what a conversation's answers take",
  ],
  [
    'an open loop that is over before it is stopped',
    { population: { arrivals: OPEN, users: 21 }, stop: { afterSec: 600 } },
    "about 50 s and what a conversation's answers take",
  ],
  [
    'one that is stopped',
    { population: { arrivals: OPEN }, stop: { afterSec: 600, drainTimeoutSec: 20 } },
    '10 min (stop.afterSec), then up to 20 s for requests in flight',
  ],
  [
    'one that ends after requests',
    { population: { arrivals: OPEN }, stop: { afterRequests: 600 } },
    "about 1 min and what a conversation's answers take",
  ],
  [
    'a closed loop',
    { population: { arrivals: CLOSED, users: 8 } },
    'not known before, as a closed loop goes as fast as the engine answers; its pauses alone take about 1 min 20 s',
  ],
  [
    'a closed loop that is stopped',
    { population: { arrivals: CLOSED, users: 8 }, stop: { afterSec: 60, drainTimeoutSec: 20 } },
    'at most 1 min (stop.afterSec), then up to 20 s for requests in flight',
  ],
  [
    'a load whose beginning is the warm-up',
    { population: { arrivals: OPEN, users: 21 }, warmup: { durationSec: 20 } },
    "about 30 s and what a conversation's answers take; a warm-up of 20 s comes before",
  ],
  [
    'a warm-up of requests',
    { population: { arrivals: OPEN }, stop: { afterSec: 600 }, warmup: { requests: 4 } },
    '10 min (stop.afterSec), then up to 2 min for requests in flight; the warm-up comes before',
  ],
  ['no end', { population: { arrivals: OPEN } }, 'until Ctrl-C, as the scenario has no end'],
])('%s', (_name, scenario, text) => {
  expect(textOf(scenario)).toBe(`duration: ${text}`);
});
