import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Backlog } from '../../src/base/backlog.ts';

test('work waits for the event loop, and is done in the order it came', async () => {
  const backlog = new Backlog();
  const done: number[] = [];
  for (let i = 0; i < 5; i++) backlog.add(() => done.push(i));
  expect(done).toEqual([]);
  await nextTurn();
  expect(done).toEqual([0, 1, 2, 3, 4]);
});

test('work added by work is done too, after what was there', async () => {
  const backlog = new Backlog();
  const done: string[] = [];
  backlog.add(() => {
    done.push('first');
    backlog.add(() => done.push('added'));
  });
  backlog.add(() => done.push('second'));
  await nextTurn();
  expect(done).toEqual(['first', 'second', 'added']);
});

test('long work is done in slices, with the event loop between them', async () => {
  const backlog = new Backlog();
  let done = 0;
  for (let i = 0; i < 20; i++) {
    backlog.add(() => {
      for (const endMs = performance.now() + 1; performance.now() < endMs; );
      done++;
    });
  }
  const seen: number[] = [];
  while (done < 20) {
    await nextTurn();
    seen.push(done);
  }
  expect(seen.length).toBeGreaterThan(3);
  expect(seen[0]).toBeLessThan(10);
});

test('what may be started is done at once, until a turn of the event loop has lasted long enough', async () => {
  const backlog = new Backlog();
  const done: number[] = [];
  const start = (index: number) =>
    backlog.start(() => {
      for (const endMs = performance.now() + 0.4; performance.now() < endMs; );
      done.push(index);
    });
  for (let index = 0; index < 6; index++) start(index);
  const atOnce = done.length;
  expect(atOnce).toBeGreaterThan(0);
  expect(atOnce).toBeLessThan(6);
  while (done.length < 6) await nextTurn();
  expect(done).toEqual([0, 1, 2, 3, 4, 5]);
});
