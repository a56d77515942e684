import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { type LongestDelay, watchLate } from '../../src/base/late-watch.ts';

/** A loop that was late at these times, in ms, by so much. */
function lateAt(clock: VirtualClock, delays: Readonly<Record<number, number>>): LongestDelay {
  let askedMs = 0;
  return {
    takeMs() {
      const since = Object.entries(delays).filter(([at]) => Number(at) > askedMs);
      askedMs = clock.now();
      return Math.max(0, ...since.filter(([at]) => Number(at) <= askedMs).map(([, ms]) => ms));
    },
    stop() {},
  };
}

test('a look that finds a delay makes a span of the time since the last; near ones are one', () => {
  const clock = new VirtualClock();
  const late = lateAt(clock, { 150: 30, 350: 80, 950: 19, 2050: 400 });
  const watch = watchLate(clock, 20, late);
  clock.run(4000);
  expect(watch.stop()).toEqual({
    spans: [
      { fromMs: 100, toMs: 400 },
      { fromMs: 2000, toMs: 2100 },
    ],
    delays: { fromMs: 0, everyMs: 1000, maxMs: [80, 0, 400, 0] },
  });
  clock.run();
  expect(clock.now()).toBe(4000);
});

test('a loop that is late all the time is a bounded number of spans', () => {
  const clock = new VirtualClock();
  let looks = 0;
  const watch = watchLate(clock, 20, { takeMs: () => (looks++ % 10 ? 0 : 50), stop() {} });
  clock.run(700_000);
  const { length } = watch.stop().spans;
  expect(length).toBeGreaterThan(0);
  expect(length).toBeLessThanOrEqual(500);
});

test('the loop of this process is asked, if no other is given', () => {
  const clock = new VirtualClock();
  const watch = watchLate(clock, Infinity);
  clock.run(1000);
  expect(watch.stop()).toMatchObject({ spans: [], delays: { everyMs: 1000 } });
});
