import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { capacityOfRounds } from '../../src/capacity/rounds.ts';
import { type RoundShares, readRoundsTable } from '../../src/capacity/rounds-table.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { freshFolder } from '../support/folders.ts';
import { played } from './engines.ts';

const BLOCKS = 1000;

/** Exponential gaps: the share grows with the capacity, without a cliff. */
function workload(seed: string, blocks?: number): ScenarioInput {
  return {
    name: 'rounds',
    seed,
    target: { url: 'embedded' },
    conversation: {
      systemPrompt: { tokens: 200 },
      userHistory: { tokens: 800 },
      rounds: 4,
      answer: { tokens: 20, force: true },
    },
    pacing: { mode: 'think', pauseSec: { distribution: 'exponential', mean: 20 } },
    population: { arrivals: { process: 'poisson', usersPerSec: 0.4 }, users: 40 },
    engine: { gpu: 'h100', ...(blocks !== undefined && { blocks: blocks + 1 }) },
  };
}

function sharesOf({ parts }: Run): RoundShares[] {
  return [0, 1, 2, 3].map((turn) => {
    const records = parts[0]!.records.filter((record) => record.turn === turn);
    const sum = (of: (record: (typeof records)[number]) => number | undefined) =>
      records.reduce((total, record) => total + of(record)!, 0);
    const share = sum(({ cachedTokens }) => cachedTokens) / sum(({ inputTokens }) => inputTokens);
    return { round: turn + 1, share: Number(share.toFixed(3)), step: 0.001 };
  });
}

describe('a table of hit rates by round', () => {
  test('tells the capacity, with seeds that are not those of the run', async () => {
    const table = sharesOf(await played(workload('measured', BLOCKS)));
    const { blocks, low, high } = await capacityOfRounds(table, parseScenario(workload('x')), {
      seeds: 3,
    });
    expect(low).toBeLessThan(BLOCKS);
    expect(high).toBeGreaterThan(BLOCKS);
    expect(Math.abs(blocks / BLOCKS - 1)).toBeLessThan(0.3);
  });

  test('has no upper end where an endless cache has the same shares', async () => {
    const table = sharesOf(await played(workload('measured', 100_000)));
    const { high } = await capacityOfRounds(table, parseScenario(workload('x')), { seeds: 2 });
    expect(high).toBeUndefined();
  });

  test('is refused where it has rounds that the workload has not', async () => {
    const table = [{ round: 9, share: 0.5, step: 0.1 }];
    await expect(
      capacityOfRounds(table, parseScenario(workload('x')), { seeds: 2 }),
    ).rejects.toThrow('round 9: the workload has 4');
  });
});

describe('a file with such a table', () => {
  const read = (text: string) => {
    const file = join(freshFolder(), 'rounds.csv');
    writeFileSync(file, text);
    return readRoundsTable(file);
  };

  test('has shares or percent, columns in any order, and others beside them', () => {
    expect(read('Share,requests,Round\n0.125,40,1\n41.3 %,39,2\n')).toEqual([
      { round: 1, share: 0.125, step: 0.001 },
      { round: 2, share: expect.closeTo(0.413, 9), step: 0.001 },
    ]);
  });

  test.each([
    ['', /found nothing.*expected a CSV whose first line is round,share/],
    ['round,share\n', /no line below them/],
    ['turn,hits\n1,2\n', /found the columns "turn,hits"|found the columns turn,hits/],
    ['round,share\n0,0.1\n', /line 2: round: found "0"; expected a whole number from 1 on/],
    ['round,share\n1,0.1\n1,0.2\n', /line 3: round: found "1"; expected .* each once/],
    ['round,share\n1,41\n', /line 2: share: found "41"; expected a share from 0 to 1, or percent/],
    ['round,share\n1\n', /line 2: share: found ""/],
  ])('is refused with its line and column: %j', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});
