import { expect, test } from 'vitest';
import { refusals } from '../../src/compare/refusals.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { requestOf, runOf, sideOf } from './compared.ts';

const hundred = Array.from({ length: 100 }, (_, userId) => requestOf(userId));
const between = (a: ScenarioInput, b: ScenarioInput, digestB = 'one') =>
  refusals(
    sideOf('A', runOf(hundred, { scenario: a })),
    sideOf('B', runOf(hundred, { scenario: b, workloadDigest: digestB })),
  );

test('engines, policies, servers and limits may differ: they are what is compared', () => {
  const a: ScenarioInput = { name: 'a', engine: { blocks: 100 }, target: { url: 'http://a' } };
  const b: ScenarioInput = {
    name: 'b',
    engine: { blocks: 900 },
    target: { url: 'http://b', model: 'm' },
    slo: { ttftMs: 100 },
    thresholds: { maxErrorRate: 0.5 },
    sampling: { priority: 'maxTokens' },
  };
  expect(between(a, b)).toEqual([]);
});

test('another seed draws the same workload again; what else it says is another one', () => {
  expect(between({ seed: 1 }, { seed: 2 }, 'two')).toEqual([]);
  expect(between({ conversation: { rounds: 3 } }, { conversation: { rounds: 4 } }, 'two')).toEqual([
    'the workloads differ: conversation.rounds',
  ]);
  expect(
    between({ population: { users: 5 } }, { population: { users: 6 }, pacing: { pauseSec: 77 } }),
  ).toEqual(['the workloads differ: pacing.pauseSec, population.users']);
  expect(between({}, {}, 'two')).toEqual([
    'the workloads differ: other data or texts, by their digests',
  ]);
});

test('without a stream TTFT is another thing, and so is simulated time', () => {
  expect(between({}, { target: { stream: false } })).toEqual([
    'the definitions differ: TTFT of a whole answer is its latency (target.stream)',
  ]);
  const virtual = sideOf('A', runOf(hundred));
  expect(refusals(virtual, sideOf('B', runOf(hundred, { clock: 'system' })))).toEqual([
    'the definitions differ: the time of one run was simulated, that of the other not',
  ]);
});

test('percentiles of which one run has lost the slow ones are of others', () => {
  const failing = hundred.map((record, index) =>
    index < 6 ? { ...record, status: 'timeout' as const } : record,
  );
  expect(refusals(sideOf('A', runOf(hundred)), sideOf('B', runOf(failing)))).toEqual([
    'the populations of percentiles differ: 0.0 % and 6.0 % of the requests failed, and have no latency',
  ]);
  const burst = new Set(hundred.slice(0, 10));
  const cut = runOf(hundred, { path: 'cut', startUp: burst });
  expect(refusals(sideOf('A', runOf(hundred)), sideOf('B', cut))).toEqual([
    'the populations of percentiles differ: cut leaves out the burst of its start, run has it',
  ]);
});

test('of other tools the prompts tell workloads apart', () => {
  const {
    scenario: _,
    workloadDigest: __,
    clock: ___,
    ...other
  } = runOf(hundred, {
    tool: 'vLLM',
  });
  const longer = hundred.map((record) => ({ ...record, inputTokens: 110 }));
  expect(refusals(sideOf('A', runOf(hundred)), sideOf('B', other))).toEqual([]);
  expect(refusals(sideOf('A', runOf(hundred)), sideOf('B', { ...other, records: longer }))).toEqual(
    ['the workloads differ: input tokens are 100.0 and 110.0 on average'],
  );
});
