import { expect, test } from 'vitest';
import { mergeRuns, summarise } from '../../src/report/run-summary.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { linesOf, partOf, partsOf } from '../support/partitioned.ts';

// `npm run proof:ranks` does it with the program itself, and more conversations.
test('64 ranks play what one process plays, byte for byte, and their report is its report', () => {
  const input: ScenarioInput = {
    conversation: { rounds: 2 },
    population: { users: 150, arrivals: { process: 'poisson', usersPerSec: 20 } },
  };
  const whole = partOf(input);
  const parts = partsOf(input, 64);
  expect(linesOf(parts)).toEqual(linesOf([whole]));
  const reportOf = (runs: readonly (typeof whole)[]) => {
    const merged = mergeRuns(runs.map((part) => ({ parts: [part], warnings: [] })));
    const { run: _, client: __, time: ___, ...numbers } = summarise(merged);
    return numbers;
  };
  expect(reportOf(parts)).toEqual(reportOf([whole]));
});
