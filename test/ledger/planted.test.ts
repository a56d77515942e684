import { expect, test } from 'vitest';
import { CAUSE_NAMES, isOutOfReach } from '../../src/ledger/causes.ts';
import { explain } from '../../src/ledger/explain.ts';
import { PLANTS, plantedRun } from './planted.ts';

/** 20 seeds of each: `npm run proof:ledger`. */
test.each(Object.keys(PLANTS) as (keyof typeof PLANTS)[])(
  'planted in an engine, %s is named, and nothing else',
  async (cause) => {
    const { total } = explain(await plantedRun(cause, 1));
    const named = CAUSE_NAMES.filter((name) => !isOutOfReach(name) && total.causes[name] > 0);
    expect(named).toEqual([cause]);
    expect(total.residualTokens).toBe(0);
    expect(Object.values(total.surplus)).toEqual([0, 0, 0, 0]);
  },
);
