import { compare } from '../../src/compare/comparison.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { requestOf, runOf, sideOf } from './compared.ts';
import { timesInSystem } from './coverage.ts';

/**
 * How many of so many comparisons find any number of B to be another than that of A, where both are runs of the
 * same queue with draws of their own; and how many of all intervals do not hold 0. As a script:
 * `node --experimental-strip-types test/compare/false-alarms.ts 200`.
 */
export function falseAlarms(comparisons: number) {
  let alarms = 0;
  let intervals = 0;
  let without0 = 0;
  for (let index = 0; index < comparisons; index++) {
    const a = sideOf('A', runOf(played(`a${index}`)));
    const b = sideOf(
      'B',
      runOf(played(`b${index}`), { workloadDigest: 'b', scenario: { seed: 2 } }),
    );
    const options = { margin: 0.05, failIfs: [], isForced: false };
    const { rows } = compare([a, b], options).compared[0]!;
    if (rows.some(({ finding }) => !QUIET.includes(finding))) alarms++;
    for (const { difference } of rows) {
      if (!difference?.isReliable || difference.doubt.variance === 0) continue;
      const [low, high] = difference.interval95;
      intervals++;
      if (low > 0 || high < 0) without0++;
    }
  }
  return { comparisons, alarms, intervals, without0 };
}

const QUIET: readonly string[] = ['notDifferent', 'cannotTell'];
const COUNT = 2000;
const LOAD = 0.5;

/** Time to the first token, and from there on, are those of two queues. */
function played(seed: string): TurnRecord[] {
  const until = timesInSystem(COUNT, LOAD, 1, `${seed} first`);
  const after = timesInSystem(COUNT, LOAD, 1, `${seed} rest`);
  return Array.from(until, (first, index) => {
    const sentMs = 2000 * index;
    const firstTokenMs = sentMs + 100 * first;
    const endMs = firstTokenMs + 50 + 100 * after[index]!;
    return requestOf(index >> 1, {
      ...{ turn: index & 1, turns: 2, intendedMs: sentMs, sentMs, firstTokenMs, endMs },
      ...{ firstOutputMs: firstTokenMs, lastTokenMs: endMs - 1 },
      ...{
        inputTokens: 100 + Math.floor(31 * first),
        outputTokens: 5 + Math.floor(7 * after[index]!),
      },
    });
  });
}

if (process.argv[1] === import.meta.filename) {
  console.log(falseAlarms(Number(process.argv[2] ?? 100)));
}
