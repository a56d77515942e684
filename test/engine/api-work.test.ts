import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { ApiWork } from '../../src/engine/api-work.ts';

/** When each is done; `chunks`: what is to be done at once, and when. */
async function doneAt(
  works: readonly { readonly atMs: number; readonly workMs: number }[],
  chunks: readonly { readonly atMs: number; readonly ms: number }[] = [],
  givenUp?: number,
): Promise<(number | undefined)[]> {
  const clock = new VirtualClock();
  const api = new ApiWork(clock);
  const done: (number | undefined)[] = works.map(() => undefined);
  works.forEach(({ atMs, workMs }, index) => {
    clock.setTimeout(() => {
      const giveUp = api.begin(workMs, () => {
        done[index] = clock.now();
      });
      if (index === givenUp) clock.setTimeout(giveUp, 1);
    }, atMs);
  });
  for (const { atMs, ms } of chunks) clock.setTimeout(() => api.interrupt(ms), atMs);
  await clock.runInSlices();
  return done;
}

test('requests that came together are done together, after as long as all of them take', async () => {
  const done = await doneAt(Array.from({ length: 28 }, () => ({ atMs: 0, workMs: 8 })));
  for (const atMs of done) expect(atMs).toBeCloseTo(28 * 8, 6);
});

test('a short one that comes later goes before a long one', async () => {
  const done = await doneAt([
    { atMs: 0, workMs: 10 },
    { atMs: 4, workMs: 2 },
  ]);
  expect(done).toEqual([12, 8]);
});

test('what is sent meanwhile is done first, and one that is given up takes no more time', async () => {
  expect(await doneAt([{ atMs: 0, workMs: 10 }], [{ atMs: 4, ms: 3 }])).toEqual([13]);
  const both = [
    { atMs: 0, workMs: 10 },
    { atMs: 0, workMs: 10 },
  ];
  expect(await doneAt(both, [], 1)).toEqual([10.5, undefined]);
});

test('it is never idle while there is work, and does no more than there was', () => {
  const works = fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 50 }),
      workMs: fc.integer({ min: 1, max: 20 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  return fc.assert(
    fc.asyncProperty(works, async (all) => {
      const done = await doneAt(all);
      let freeMs = 0;
      for (const { atMs, workMs } of all.toSorted((a, b) => a.atMs - b.atMs)) {
        freeMs = Math.max(freeMs, atMs) + workMs;
      }
      expect(Math.max(...(done as number[]))).toBeCloseTo(freeMs, 5);
      for (const [i, { atMs, workMs }] of all.entries()) {
        expect(done[i]!).toBeGreaterThan(atMs + workMs - 1e-6);
      }
    }),
    { numRuns: 50 },
  );
});
