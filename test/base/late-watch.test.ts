import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { watchLate } from '../../src/base/late-watch.ts';

/** A clock whose timers come late in these stretches: at their end. */
class Stalling extends VirtualClock {
  readonly #stalls: readonly (readonly [from: number, to: number])[];

  constructor(...stalls: readonly (readonly [from: number, to: number])[]) {
    super();
    this.#stalls = stalls;
  }

  override setTimeout(fn: () => void, delayMs: number): unknown {
    const dueMs = this.now() + delayMs;
    const stall = this.#stalls.find(([from, to]) => dueMs >= from && dueMs < to);
    return super.setTimeout(fn, (stall?.[1] ?? dueMs) - this.now());
  }
}

test('a stall is a span from when the loop was due; near ones are one, short ones none', () => {
  const clock = new Stalling([100, 180], [300, 340], [1000, 1015], [2000, 2500]);
  const watch = watchLate(clock, 20);
  clock.run(4000);
  expect(watch.stop()).toEqual([
    { fromMs: 100, toMs: 340 },
    { fromMs: 2015, toMs: 2500 },
  ]);
  clock.run();
  expect(clock.now()).toBe(4000);
});

test('a loop that is always late is a bounded number of spans', () => {
  const clock = new Stalling(
    ...Array.from({ length: 700 }, (_, n) => [n * 1000, n * 1000 + 100] as const),
  );
  const watch = watchLate(clock, 20);
  clock.run(700_000);
  const spans = watch.stop();
  expect(spans.length).toBeGreaterThan(0);
  expect(spans.length).toBeLessThanOrEqual(500);
});
