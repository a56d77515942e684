import { afterEach, describe, expect, test, vi } from 'vitest';
import { conform } from '../../src/conform/conform.ts';
import type { Verdict } from '../../src/conform/verdict.ts';
import { engineWire } from '../support/engine-wire.ts';
import { PLANTED, type Planted, withDefect } from './planted.ts';

/** `npm run proof:conform` plays all probes against every defect; else those alone that are to find it. */
const isWhole = process.env['CONFAB_CONFORM'] === 'all';

afterEach(() => void vi.restoreAllMocks());

/** What becomes of the probes of an engine of 79 usable blocks with the defect in it. */
async function judged(planted: Planted, only?: readonly string[]) {
  const wire = engineWire({ blocks: 80, maxModelTokens: 1024, ...planted.options });
  planted.plant?.();
  const options = { said: {}, seed: 'planted', fillTokensMax: 1e5, only };
  const { verdicts } = await conform(withDefect(wire, planted), options);
  const ids = (of: Verdict['verdict']) =>
    Object.keys(verdicts).filter((id) => verdicts[id]!.verdict === of);
  return { passed: ids('passed'), deviating: ids('deviating'), silent: ids('silent') };
}

/** As vLLM 0.32 does, the usage of several prompts has the cached tokens of the last one alone. */
const AS_VLLM: readonly string[] = ['several'];
/** What this engine has not: echoes of token ids, prompt logprobs, room, tools in its template, reasoning, tiers. */
const SILENT: readonly string[] = [
  ...['echo', 'prompt-logprobs', 'vector-long-same', 'vector-long-other'],
  ...['tools', 'reasoning', 'tiers'],
];

test('the embedded engine passes every probe that vLLM 0.32 passes and that can say something of it', async () => {
  const { passed, deviating, silent } = await judged({ foundBy: [] });
  expect({ deviating, silent }).toEqual({ deviating: AS_VLLM, silent: SILENT });
  expect(passed.length).toBeGreaterThan(30);
});

describe('found by its probe and by no other:', () => {
  for (const [name, planted] of Object.entries(PLANTED)) {
    test(name, async () => {
      const { foundBy } = planted;
      const { deviating } = await judged(planted, isWhole ? undefined : foundBy);
      expect(deviating.filter((id) => !AS_VLLM.includes(id))).toEqual(foundBy);
    });
  }
});
