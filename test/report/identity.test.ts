import { expect, test } from 'vitest';
import { identityOf } from '../../src/report/identity.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/schema.ts';
import { header } from '../record/sample.ts';

const partOf = (scenario: unknown) => ({
  header: header({ scenario: scenario as Scenario }),
  records: [],
  footer: undefined,
});

test('a run whose scenario has names of before is told like any other', () => {
  const arrivals = { process: 'trace', slowdown: 2 } as const;
  const now = parseScenario({
    name: 'replayed',
    conversation: { source: 'trace', trace: { file: 'a.jsonl' } },
    population: { arrivals },
  });
  const { trace: _, ...said } = now.conversation;
  const old = {
    ...now,
    conversation: {
      ...said,
      source: 'mooncake',
      mooncake: { file: 'a.jsonl', prefillOnly: false },
    },
  };
  expect(identityOf(partOf(old))).toEqual(identityOf(partOf(now)));
  expect(identityOf(partOf(old))).toMatchObject({
    name: 'replayed',
    arrivals: 'at the times of the trace, stretched 2.000 times',
  });
});

test('turns at the times of a trace have no pauses', () => {
  const scenario = parseScenario({
    conversation: { source: 'trace', trace: { file: 'a.jsonl' } },
    pacing: { mode: 'trace' },
  });
  expect(identityOf(partOf(scenario)).pacing).toBe('every turn at its own time in the trace');
});
