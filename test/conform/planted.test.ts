import { afterEach, describe, expect, test, vi } from 'vitest';
import { conform } from '../../src/conform/conform.ts';
import { engineWire } from '../support/engine-wire.ts';
import { PLANTED, type Planted, withDefect } from './planted.ts';

/** `npm run proof:conform` plays all probes against every defect; else those alone that are to find it. */
const isWhole = process.env['CONFAB_CONFORM'] === 'all';

afterEach(() => void vi.restoreAllMocks());

/** Ids of the probes in which an engine of 79 usable blocks deviates. */
async function deviating(planted: Planted, only?: readonly string[]): Promise<string[]> {
  const wire = engineWire({ blocks: 80, maxModelTokens: 1024, ...planted.options });
  planted.plant?.();
  const options = { said: {}, seed: 'planted', fillTokensMax: 1e5, only };
  const { verdicts } = await conform(withDefect(wire, planted), options);
  return Object.keys(verdicts).filter((id) => verdicts[id]!.verdict === 'deviating');
}

test('every probe that can say something of the embedded engine passes', async () => {
  expect(await deviating({ foundBy: [] })).toEqual([]);
});

describe('found by its probe and by no other:', () => {
  for (const [name, planted] of Object.entries(PLANTED)) {
    test(name, async () => {
      const { foundBy } = planted;
      expect(await deviating(planted, isWhole ? undefined : foundBy)).toEqual(foundBy);
    });
  }
});
