import { expect, test } from 'vitest';
import type { FittedName } from '../../../src/calibrate/fit/constants.ts';
import { fitted } from '../../../src/calibrate/fit/fit.ts';
import { knownCase, valueIn } from './known.ts';

/** Of them, by turns, engines that step in turn and that launch ahead, and one in four with a tier below its GPU. */
const CASES = Number(process.env['CASES'] ?? 100);
/** The number of the first: two processes may share them. */
const FROM = Number(process.env['FROM'] ?? 0);
/** Fewer cases that determine a constant say nothing of how often its interval has it. */
const ENOUGH = 20;

test(`of ${CASES} engines that are known, constants that runs determine lie within their intervals`, async () => {
  const told = new Map<FittedName, { inside: number; outside: number; unknown: number }>();
  for (let number = FROM; number < FROM + CASES; number++) {
    const { truth, start, replays } = await knownCase(number);
    const { values, plays } = await fitted(replays, { start });
    const out: string[] = [];
    const within: string[] = [];
    for (const { name, value, interval } of values) {
      const count = told.get(name) ?? { inside: 0, outside: 0, unknown: 0 };
      told.set(name, count);
      const is = valueIn(truth, name);
      if (!interval) count.unknown++;
      else if (interval[0] <= is && is <= interval[1]) {
        count.inside++;
        within.push(name);
      } else {
        count.outside++;
        out.push(
          `${name} ${value.toPrecision(3)} (${interval.map((x) => x.toPrecision(3))}): ${is}`,
        );
      }
    }
    console.log(number, `${plays} plays, within: ${within.join(' ')}`, ...out);
  }
  let [inside, determined] = [0, 0];
  for (const [name, count] of told) {
    console.log(name, count);
    const all = count.inside + count.outside;
    inside += count.inside;
    determined += all;
    // What loads like these hardly tell is too often said to be told.
    const least = name === 'mixedFactor' ? 0.4 : 0.8;
    if (all >= ENOUGH) expect(count.inside / all, name).toBeGreaterThan(least);
  }
  console.log(`${inside} of ${determined} within`);
  expect(inside / determined).toBeGreaterThan(0.9);
  expect(inside / determined).toBeLessThan(0.985);
});
