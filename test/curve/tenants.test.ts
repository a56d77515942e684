import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Beginnings } from '../../src/curve/beginnings.ts';
import { cacheCurve } from '../../src/curve/curve.ts';
import type { CurveRequest } from '../../src/curve/request.ts';
import { Chains } from '../../src/workload/traces/chains.ts';
import { sourceOf } from '../support/curve-source.ts';

const chain = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 });

test('those are alike that have the same block behind what all begin with', () => {
  fc.assert(
    fc.property(fc.array(chain, { minLength: 2, maxLength: 12 }), (ids) => {
      const chains = new Chains();
      const named = ids.map((one) => chains.namesOf(one));
      const beginnings = new Beginnings();
      const places = named.map((one, at) => beginnings.add(one, String(at)));
      const isOver = named.map((one, at) =>
        named.some(
          (other, index) => index < at && one.every((name, place) => other[place] === name),
        ),
      );
      // A prompt that is the beginning of an earlier one says nothing of where prompts part.
      const telling = named.filter((_, at) => !isOver[at]);
      let common = 0;
      while (
        telling.every((one) => one[common] !== undefined && one[common] === telling[0]![common])
      )
        common++;
      const tenants = places.map((place) => beginnings.tenantOf(place));
      if (telling.length < 2 || telling.some((one) => one.length <= common)) return;
      expect(tenants).toEqual(named.map((one) => one[common]));
    }),
  );
});

const requestsOf = (prompts: readonly (readonly number[])[], tenants?: readonly string[]) => {
  const chains = new Chains();
  return prompts.map(
    (ids, index): CurveRequest => ({
      chain: chains.namesOf(ids),
      inputTokens: 4 * ids.length,
      session: String(index % 4),
      ...(tenants && { tenant: tenants[index % 4] }),
    }),
  );
};

const OPTIONS = { warmupShare: 0, engineBlockTokens: 4 };
// A template's head, two system prompts, four conversations of two turns.
const PROMPTS = [
  [1, 2, 10],
  [1, 2, 11],
  [1, 3, 12],
  [1, 3, 13],
  [1, 2, 10, 20],
  [1, 2, 11, 21],
  [1, 3, 12, 22],
  [1, 3, 13, 23],
];

test('sessions with a system prompt in common are a tenant, whose parts add up to the whole', async () => {
  const { tenants, turns } = await cacheCurve(sourceOf(requestsOf(PROMPTS)), OPTIONS);
  expect(tenants).toMatchObject([
    { name: '1', sessions: 2, requests: 4, inputTokens: 56, unlimited: 32 / 56 },
    { name: '2', sessions: 2, requests: 4, inputTokens: 56, unlimited: 36 / 56 },
  ]);
  const sum = (of: readonly { unlimited: number; inputTokens: number }[]) =>
    of.reduce((all, { unlimited, inputTokens }) => all + unlimited * inputTokens, 0);
  expect(sum(tenants!)).toBeCloseTo(sum(turns), 9);
});

test('where somebody says whose they are, that holds', async () => {
  const requests = requestsOf(PROMPTS, ['red', 'blue', 'red', 'blue']);
  const { tenants } = await cacheCurve(sourceOf(requests), OPTIONS);
  expect(tenants!.map(({ name }) => name).sort()).toEqual(['blue', 'red']);
});

test('one system prompt, or conversations that have nothing in common, are no tenants', async () => {
  const alike = PROMPTS.map(([head, , ...rest]) => [head!, ...rest]);
  expect((await cacheCurve(sourceOf(requestsOf(alike)), OPTIONS)).tenants).toBeUndefined();
});
