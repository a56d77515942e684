import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { ApiWork } from '../../src/engine/api-work.ts';

interface Asked {
  readonly atMs: number;
  readonly readMs: number;
  readonly restMs: number;
}

/** When each is done; `chunks`: what is to be done at once, and when. */
async function doneAt(
  works: readonly Asked[],
  chunks: readonly { readonly atMs: number; readonly ms: number }[] = [],
  givenUp?: number,
): Promise<(number | undefined)[]> {
  const clock = new VirtualClock();
  const api = new ApiWork(clock);
  const done: (number | undefined)[] = works.map(() => undefined);
  works.forEach(({ atMs, readMs, restMs }, index) => {
    clock.setTimeout(() => {
      const giveUp = api.begin(readMs, restMs, () => {
        done[index] = clock.now();
      });
      if (index === givenUp) clock.setTimeout(giveUp, 1);
    }, atMs);
  });
  for (const { atMs, ms } of chunks) clock.setTimeout(() => api.interrupt(ms), atMs);
  await clock.runInSlices();
  return done;
}

test('of requests that come together all are read before the first goes on, then each in its turn', async () => {
  const all = Array.from({ length: 10 }, () => ({ atMs: 0, readMs: 3, restMs: 5 }));
  expect(await doneAt(all)).toEqual(all.map((_, i) => 10 * 3 + 5 * (i + 1)));
});

test('one that comes while another is at its rest waits for that, and is read before the next goes on', async () => {
  const done = await doneAt([
    { atMs: 0, readMs: 1, restMs: 10 },
    { atMs: 0, readMs: 1, restMs: 10 },
    { atMs: 5, readMs: 4, restMs: 1 },
  ]);
  expect(done).toEqual([12, 26, 27]);
});

test('what is sent meanwhile is done first, and one that is given up takes no more time', async () => {
  expect(await doneAt([{ atMs: 0, readMs: 4, restMs: 6 }], [{ atMs: 4, ms: 3 }])).toEqual([13]);
  const both = [
    { atMs: 0, readMs: 2, restMs: 8 },
    { atMs: 0, readMs: 2, restMs: 8 },
  ];
  expect(await doneAt(both, [], 1)).toEqual([10, undefined]);
});

test('it is never idle while there is work, does no more than there was, and keeps their order where they are alike', () => {
  const works = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 12 });
  const times = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 }));
  return fc.assert(
    fc.asyncProperty(works, times, async (starts, [readMs, restMs]) => {
      const ascending = starts.toSorted((a, b) => a - b);
      const done = (await doneAt(ascending.map((atMs) => ({ atMs, readMs, restMs })))) as number[];
      let freeMs = 0;
      for (const atMs of ascending) freeMs = Math.max(freeMs, atMs) + readMs + restMs;
      expect(done.at(-1)).toBe(freeMs);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      for (const [i, atMs] of ascending.entries()) {
        expect(done[i]).toBeGreaterThanOrEqual(atMs + readMs + restMs);
      }
    }),
    { numRuns: 50 },
  );
});
