import { expect, test } from 'vitest';
import type { ScenarioInput } from '../../../src/scenario/schema.ts';
import type { Drawn } from '../../../src/twin/draws.ts';
import { twinJson } from '../../../src/twin/json.ts';
import { twinText } from '../../../src/twin/sections.ts';
import { twinOf } from '../../../src/twin/twin.ts';
import { recorded } from '../recorded.ts';

/** Three at a time, whose prompts hardly fit together: who ends first decides what is evicted. */
const RACING: ScenarioInput = {
  name: 'racing',
  target: { url: 'http://server:8000', model: 'served' },
  conversation: {
    systemPrompt: { tokens: 100 },
    userHistory: { tokens: 450 },
    question: { tokens: 20 },
    rounds: 5,
    answer: { tokens: 24, force: true },
  },
  pacing: { pauseSec: 0 },
  population: { arrivals: { process: 'closed', concurrency: 3 }, users: 8 },
  engine: { blocks: 110 },
};
/** Beside other times, an engine that schedules a step before it has the tokens of the one before. */
const AHEAD = { weightsMs: 5, asyncScheduling: true } as unknown as Drawn;
const A100 = { gpu: 'a100', settings: [], draws: 0, intervals: {} };

test('requests that found other tokens as they were served in another order are explained by it', async () => {
  const run = await recorded(RACING, { constants: AHEAD });
  const twin = await twinOf(run, A100);
  expect(twin.agreement).toMatchObject({ told: 40, equal: 39 });
  expect(twin.order).toMatchObject({ told: 40, equal: 40, isAhead: true });
  const text = twinText(twin, Infinity);
  expect(text).toContain(
    "In the run's order the twin's cache finds what the run found in 40 of 40 requests, and in all of those that differ: there it is the order alone.",
  );
  expect(text).toMatch(
    /Cached tokens that differ\n {2}(\d:\d) +(\d+) cached, in the twin (?!\2)\d+, in the run's order \2\n +as .* (admitted|ended)/,
  );
  expect(text).toContain('The run fits an engine that scheduled a step before it had the tokens');
  const { cachedTokens } = JSON.parse(twinJson(twin));
  expect(cachedTokens.inRunsOrder).toEqual({ told: 40, equal: 40 });
  const [first] = cachedTokens.differing;
  expect(first.inRunsOrder).toBe(first.observed);
  expect(first.parted.inRun).toMatch(/^(held|ended|before|after|endedFirst)$/);
});

test('what a smaller cache did not find is not put down to the order', async () => {
  const run = await recorded(RACING, { engine: { blocks: 96 } });
  const twin = await twinOf(run, A100);
  expect(twin.agreement.differing.length).toBeGreaterThan(2);
  expect(twin.order!.equal).toBeLessThan(twin.order!.told);
  expect(twinText(twin, Infinity)).toContain(': not the order alone');
});

test('nothing is said of the order where all found the same, or where tiers lie below the GPU', async () => {
  const same = await twinOf(await recorded(RACING), A100);
  expect(same.order).toBeUndefined();
  expect(twinText(same)).not.toContain('Cached tokens that differ');
  const run = await recorded(RACING, { engine: { blocks: 96 } });
  const settings = ['engine.offload.preset=vllm', 'engine.offload.cpu.capacityGB=1'];
  expect((await twinOf(run, { ...A100, settings })).order).toBeUndefined();
});
