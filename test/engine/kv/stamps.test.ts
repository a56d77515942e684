import { expect, test } from 'vitest';
import { Finds } from '../../../src/engine/kv/finds.ts';
import { Stamps } from '../../../src/engine/kv/stamps.ts';

const asker = (request: number) => ({ request, session: undefined });

test('a slot has the last that was set, and nobody at time 0 before that', () => {
  const stamps = new Stamps(4);
  const [a, b] = [asker(1), asker(2)];
  stamps.set(1, a, 10);
  stamps.set(2, a, 10);
  stamps.set(2, b, 20);
  stamps.set(3, undefined, 30);
  const all = [0, 1, 2, 3].map((slot) => [stamps.askerOf(slot), stamps.timeOf(slot)]);
  expect(all).toEqual([
    [undefined, 0],
    [a, 10],
    [b, 20],
    [undefined, 30],
  ]);
});

test('one asker at two times, and two askers at one time, are kept apart', () => {
  const stamps = new Stamps(4);
  const [a, b] = [asker(1), asker(2)];
  stamps.set(1, a, 10);
  stamps.set(2, a, 20);
  stamps.set(3, b, 20);
  expect([1, 2, 3].map((slot) => stamps.timeOf(slot))).toEqual([10, 20, 20]);
  expect([1, 2, 3].map((slot) => stamps.askerOf(slot))).toEqual([a, a, b]);
});

test('numbers are used again, also that of who was set last, and no slot changes by it', () => {
  const slots = 5;
  const stamps = new Stamps(slots);
  const expected = new Map<number, readonly [ReturnType<typeof asker>, number]>();
  for (let step = 0; step < 60; step++) {
    const one = [asker(step), step % 7] as const;
    // Of one slot alone every other time: what was set last is then forgotten by the next.
    for (let count = 0; count <= step % 3; count++) {
      const slot = (step * 3 + count) % slots;
      stamps.set(slot, ...one);
      expected.set(slot, one);
    }
    for (const [slot, [who, atMs]] of expected) {
      expect(stamps.askerOf(slot)).toBe(who);
      expect(stamps.timeOf(slot)).toBe(atMs);
    }
  }
});

test('the last four times of a block are known, oldest first, however many there were', () => {
  const finds = new Finds(2);
  for (let found = 1; found <= 23; found++) {
    finds.add(1, 10 * found);
    const known = Array.from({ length: finds.known(1) }, (_, i) => finds.timeOf(1, i));
    const last = Array.from({ length: found }, (_, i) => 10 * (i + 1)).slice(-4);
    expect(known).toEqual(last);
  }
  expect(finds.known(0)).toBe(0);
  finds.clear(1);
  expect(finds.known(1)).toBe(0);
  finds.add(1, 5);
  expect([finds.known(1), finds.timeOf(1, 0)]).toEqual([1, 5]);
});
