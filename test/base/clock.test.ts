import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SystemClock, VirtualClock } from '../../src/base/clock.ts';

describe('virtual time', () => {
  test('timers fire in order of due time, and in the order they were set where that is equal', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (delays) => {
        const clock = new VirtualClock();
        const fired: [number, number][] = [];
        for (const [index, delay] of delays.entries()) {
          clock.setTimeout(() => fired.push([clock.now(), index]), delay);
        }
        clock.run();
        const expected = delays
          .map((delay, index): [number, number] => [delay, index])
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(fired).toEqual(expected);
      }),
    );
  });

  test('cancelled timers never fire, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 3000, maxLength: 4000 }), (keeps) => {
        const clock = new VirtualClock();
        const fired: number[] = [];
        const timers = keeps.map((_, i) => clock.setTimeout(() => fired.push(i), (i * 7) % 100));
        for (const [i, keep] of keeps.entries()) if (!keep) clock.clearTimeout(timers[i]);
        clock.run();
        expect(new Set(fired)).toEqual(new Set(keeps.flatMap((keep, i) => (keep ? [i] : []))));
      }),
      { numRuns: 20 },
    );
  });

  test('run in slices fires the same at the same times, and lets the process do other things', async () => {
    const fired = async (run: (clock: VirtualClock) => unknown): Promise<number[]> => {
      const clock = new VirtualClock();
      const times: number[] = [];
      const next = (): void => {
        times.push(clock.now());
        if (times.length < 5000) clock.setTimeout(next, times.length % 7);
      };
      clock.setTimeout(next, 0);
      await run(clock);
      return times;
    };
    let isElsewhere = false;
    const sliced = await fired((clock) => {
      setImmediate(() => (isElsewhere = true));
      const ended = clock.runInSlices();
      expect(isElsewhere).toBe(false);
      return ended;
    });
    expect(isElsewhere).toBe(true);
    expect(sliced).toEqual(await fired((clock) => clock.run()));
  });

  test('time stands still until held work is done, timers that it sets included', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const turns = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
    };
    const work = async (): Promise<void> => {
      await turns(3);
      fired.push(`done ${clock.now()}`);
      clock.setTimeout(() => fired.push(`later ${clock.now()}`), 5);
    };
    clock.setTimeout(() => clock.hold(work()), 10);
    clock.setTimeout(() => fired.push(`next ${clock.now()}`), 11);
    await clock.runInSlices();
    expect(fired).toEqual(['done 10', 'next 11', 'later 15']);
  });

  test('what a timer throws ends a run in slices', async () => {
    const clock = new VirtualClock();
    clock.setTimeout(() => {
      throw new Error('thrown in a timer');
    }, 5);
    await expect(clock.runInSlices()).rejects.toThrow('thrown in a timer');
  });

  test('a chain of timers fires at each due time, not at the end of the jump', () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const next = (): void => {
      fired.push(clock.now());
      clock.setTimeout(next, 1000);
    };
    clock.setTimeout(next, 1000);
    clock.run(5000);
    expect(fired).toEqual([1000, 2000, 3000, 4000, 5000]);
    expect(clock.now()).toBe(5000);
  });
});

describe('real time', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Node's timers and clock in the hands of the test: a timer fires after so much of what it was asked for. */
  function withTimersThatFire(share: number) {
    let nowMs = 1000;
    const asked: number[] = [];
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((fn: () => void, delayMs: number) => {
      asked.push(delayMs);
      if (asked.length > 20) return 0;
      nowMs += asked.length === 1 ? delayMs * share : delayMs;
      fn();
      return 0;
    }) as unknown as typeof setTimeout);
    return { asked, nowMs: () => nowMs - 1000 };
  }

  test('a timer that Node fires early waits for the rest', () => {
    const { nowMs } = withTimersThatFire(0.9);
    const fired: number[] = [];
    new SystemClock().setTimeout(() => fired.push(nowMs()), 10.5);
    expect(fired).toHaveLength(1);
    expect(fired[0]).toBeGreaterThanOrEqual(10.5);
    expect(fired[0]).toBeLessThan(12);
  });

  test('a delay beyond what Node can wait is waited for in pieces', () => {
    const { asked, nowMs } = withTimersThatFire(1);
    const fired: number[] = [];
    new SystemClock().setTimeout(() => fired.push(nowMs()), 2 ** 32);
    expect(Math.max(...asked)).toBeLessThan(2 ** 31);
    expect(fired).toEqual([2 ** 32]);
  });

  test('a timer that waits for the rest can be cleared', () => {
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    const clock = new SystemClock();
    const timer = clock.setTimeout(() => {}, 1000);
    clock.clearTimeout(timer);
    expect(cleared).toHaveBeenCalledTimes(1);
    expect(cleared.mock.calls[0]![0]).toBeDefined();
  });
});

describe('a system clock that stands', () => {
  test('at a time to come goes on when it has come, on the same wall clock', async () => {
    const clock = new SystemClock();
    const { originEpochMs } = clock;
    const [fromMs, startMs] = [performance.now(), clock.now()];
    const atMs = startMs + 20;
    clock.stand(atMs);
    expect(clock.now()).toBe(atMs);
    await new Promise<void>((resolve) => clock.go(resolve));
    expect(performance.now() - fromMs).toBeGreaterThanOrEqual(19.9);
    expect(clock.now()).toBeGreaterThanOrEqual(atMs);
    expect(clock.originEpochMs).toBe(originEpochMs);
  });

  test('at a time that was missed goes on at once, where the wall clock is', async () => {
    const clock = new SystemClock();
    clock.stand(clock.now() + 1);
    const fromMs = performance.now();
    await vi.waitUntil(() => performance.now() > fromMs + 5);
    let hasGone = false;
    clock.go(() => (hasGone = true));
    expect(hasGone).toBe(true);
    expect(clock.now()).toBeGreaterThan(4);
  });

  test('has no time between, fires what is due now, and sets its timers when it goes on', async () => {
    const clock = new SystemClock();
    clock.stand();
    const atMs = clock.now();
    const fired: string[] = [];
    clock.setTimeout(() => fired.push('now'), 0);
    clock.setTimeout(() => fired.push('later'), 1);
    const cleared = clock.setTimeout(() => fired.push('cleared'), 1);
    clock.clearTimeout(cleared);
    const fromMs = performance.now();
    await vi.waitUntil(() => performance.now() > fromMs + 5);
    expect(fired).toEqual(['now']);
    expect(clock.now()).toBe(atMs);
    const originEpochMs = clock.originEpochMs;
    clock.go(() => fired.push('on'));
    expect(clock.now()).toBeLessThan(atMs + 5);
    expect(clock.originEpochMs).toBeGreaterThanOrEqual(originEpochMs + 4);
    await vi.waitUntil(() => fired.length > 2);
    expect(fired).toEqual(['now', 'on', 'later']);
  });
});

describe.each([
  ['virtual', () => new VirtualClock()],
  ['system', () => new SystemClock()],
])('the %s clock', (_name, make) => {
  test.each([Number.NaN, Infinity, -1])('refuses a delay of %d', (delayMs) => {
    expect(() => make().setTimeout(() => {}, delayMs)).toThrow(RangeError);
  });

  test('clearing nothing is harmless', () => {
    expect(() => make().clearTimeout(undefined)).not.toThrow();
  });
});
