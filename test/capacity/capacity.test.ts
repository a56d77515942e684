import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { disagreeingAt, disagreementsOf, inferFrom } from '../../src/capacity/infer.ts';
import { type Posterior, shortestOf } from '../../src/capacity/posterior.ts';
import { servedBy } from '../../src/capacity/references.ts';
import { type RunReferences, runReferences } from '../../src/ledger/run-references.ts';
import { plantedRun } from '../ledger/planted.ts';
import { randomEngine, referencesOf } from './engines.ts';

/** `ENGINES=200` plays as many as it takes to tell 90 to 98 % from less and more: a minute of CPU. */
const ENGINES = Number(process.env['ENGINES'] ?? 0);
/** An interval that is no wider says what the capacity is. */
const NARROW = 1.2;

const inferCapacity = (references: RunReferences) => inferFrom(servedBy(references), references);

async function inferredOf(index: number) {
  const { input, blocks } = randomEngine(index);
  const inferred = inferCapacity(await referencesOf(input))!;
  const { low, high = Infinity } = inferred;
  return {
    ...inferred,
    truth: blocks,
    isCovered: low <= blocks && blocks <= high,
    width: high / low,
  };
}

describe('the capacity of the engine in this process', () => {
  test.each([1, 4, 8])(
    'is found to 5 %% from what its requests found: engine %d',
    async (index) => {
      const { truth, blocks, width, isCovered } = await inferredOf(index);
      expect(width).toBeLessThan(NARROW);
      expect(isCovered).toBe(true);
      expect(Math.abs(blocks / truth - 1)).toBeLessThan(0.05);
    },
  );

  test('has no upper end where nothing was evicted', async () => {
    const { input } = randomEngine(1);
    const endless = { ...input, engine: { ...input.engine, blocks: 50_000 } };
    const { high, low, blocks, telling } = inferCapacity(await referencesOf(endless))!;
    expect(high).toBeUndefined();
    expect(blocks).toBe(low);
    expect(low).toBeGreaterThan(100);
    expect(telling).toBeGreaterThan(50);
  });

  test('is not told by an engine that reports no hits', async () => {
    const { input } = randomEngine(1);
    const silent = { ...input, engine: { ...input.engine, reportCached: false } };
    expect(inferCapacity(await referencesOf(silent))).toBeUndefined();
  });

  test.runIf(ENGINES > 0)(
    `is covered by the intervals of 90 to 98 % of ${ENGINES} engines`,
    async () => {
      const all = [];
      for (let index = 0; index < ENGINES; index++) all.push(await inferredOf(index));
      const share = all.filter(({ isCovered }) => isCovered).length / ENGINES;
      const narrow = all.filter(({ width }) => width < NARROW);
      const near = narrow.filter(({ blocks, truth }) => Math.abs(blocks / truth - 1) < 0.05);
      process.stderr.write(
        `${ENGINES} engines: ${100 * share} % covered; ${narrow.length} intervals are narrow, and ${near.length} of those within 5 %\n`,
      );
      expect(share).toBeGreaterThanOrEqual(0.9);
      expect(share).toBeLessThanOrEqual(0.98);
      expect(near.length / narrow.length).toBeGreaterThan(0.97);
    },
    3_600_000,
  );
});

test('disagreements are those bounds that do not hold', () => {
  const bounds = [
    { request: 0, atLeast: 5, below: 9 },
    { request: 1, atLeast: 0, below: 7 },
    { request: 2, atLeast: 8, below: Infinity },
    { request: 3, atLeast: 0, below: Infinity },
  ];
  const curve = disagreementsOf(bounds);
  for (let blocks = 0; blocks < 12; blocks++) {
    const wrong = bounds.filter(({ atLeast, below }) => blocks < atLeast || blocks >= below);
    expect(disagreeingAt(curve, blocks)).toBe(wrong.length);
  }
});

test('the shortest interval has its share, and none that has it is shorter', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      weights.filter((all) => all.some((one) => one > 0)),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      (given, share) => {
        const sum = given.reduce((a, b) => a + b, 0);
        const sizes = given.map((_, index) => (index + 2) ** 2);
        const mass = given.map((one) => one / sum);
        const within = (low: number, high: number) =>
          mass.reduce((all, one, i) => all + (sizes[i]! >= low && sizes[i]! <= high ? one : 0), 0);
        const [low, high] = shortestOf({ sizes, mass } as unknown as Posterior, share);
        expect(within(low, high)).toBeGreaterThanOrEqual(share - 1e-8);
        for (const from of sizes) {
          for (const to of sizes) {
            if (to < from || to / from >= high / low - 1e-12) continue;
            expect(within(from, to)).toBeLessThan(share);
          }
        }
      },
    ),
  );
});

test('of answers that come as a whole, which do not say when they began, it is found as well', async () => {
  // An engine of 600 blocks, of which it never uses one, and answers that are not streamed.
  const { low, high } = inferCapacity(runReferences(await plantedRun('eviction', 0)))!;
  expect(low).toBeLessThanOrEqual(599);
  expect(high!).toBeGreaterThanOrEqual(599);
  expect(high! / low).toBeLessThan(NARROW);
});
