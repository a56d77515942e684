import { expect, test } from 'vitest';
import { CAUSE_NAMES, isOutOfReach } from '../../src/ledger/causes.ts';
import { explain } from '../../src/ledger/explain.ts';
import { PLANTS, plantedRun } from './planted.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 20);

test.each(Object.keys(PLANTS) as (keyof typeof PLANTS)[])('%s', async (cause) => {
  let right = 0;
  let all = 0;
  const wrong: Record<string, number> = {};
  for (let seed = 0; seed < SEEDS; seed++) {
    const { total, facts } = explain(await plantedRun(cause, seed));
    expect(total.residualTokens).toBe(0);
    let ofSeed = 0;
    const others: string[] = [];
    for (const name of CAUSE_NAMES) {
      const tokens = total.causes[name];
      if (isOutOfReach(name) || tokens === 0) continue;
      all += tokens;
      ofSeed += tokens;
      if (name === cause) right += tokens;
      else {
        wrong[name] = (wrong[name] ?? 0) + tokens;
        others.push(`${name} ${tokens}`);
      }
    }
    const beyond = Object.values(total.surplus).reduce((a, b) => a + b, 0);
    if (others.length || beyond || ofSeed === 0) {
      console.log(
        cause,
        seed,
        `of ${ofSeed}:`,
        others.join(', '),
        'surplus',
        beyond,
        JSON.stringify(facts),
      );
    }
  }
  console.log(`${cause}: ${((100 * right) / all).toFixed(2)} % of ${all} tokens`, wrong);
  expect(right / all).toBeGreaterThanOrEqual(0.98);
});
