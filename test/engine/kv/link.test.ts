import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { Link } from '../../../src/engine/kv/link.ts';
import { tries } from '../../support/tries.ts';

/** When each transfer ends, given when it starts and its bytes, at 100 bytes/ms. */
function play(transfers: readonly (readonly [startMs: number, bytes: number])[], latencyMs = 0) {
  const clock = new VirtualClock();
  const link = new Link(clock, { bytesPerMs: 100, latencyMs });
  const endMs: number[] = transfers.map(() => Number.NaN);
  for (const [index, [startMs, bytes]] of transfers.entries()) {
    clock.setTimeout(() => {
      link.send(bytes, () => {
        endMs[index] = clock.now();
      });
    }, startMs);
  }
  clock.run();
  return { endMs, busyMs: link.busyMs };
}

test.each([
  // what, transfers, ends, busy
  ['one alone has all of the bandwidth', [[0, 1000]], [10], 10],
  [
    'two at once have half each',
    [
      [0, 1000],
      [0, 1000],
    ],
    [20, 20],
    20,
  ],
  [
    'a short one leaves the rest to the long one',
    [
      [0, 1000],
      [0, 200],
    ],
    [12, 4],
    12,
  ],
  [
    'a late one slows the first down from then on',
    [
      [0, 1000],
      [5, 1000],
    ],
    [15, 20],
    20,
  ],
  [
    'one after the other do not meet',
    [
      [0, 500],
      [100, 500],
    ],
    [5, 105],
    10,
  ],
] as [string, [number, number][], number[], number][])('%s', (_, transfers, ends, busyMs) => {
  const played = play(transfers);
  expect(played.endMs.map((ms) => Math.round(ms * 1e6) / 1e6)).toEqual(ends);
  expect(played.busyMs).toBeCloseTo(busyMs, 6);
});

test('latency comes before the first byte, and takes no bandwidth', () => {
  expect(
    play(
      [
        [0, 1000],
        [0, 1000],
      ],
      3,
    ).endMs,
  ).toEqual([23, 23]);
});

test('whatever is sent, the link is never idle with bytes left, and no transfer is faster than alone', () => {
  const transfer = fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 5000 }));
  fc.assert(
    fc.property(fc.array(transfer, { minLength: 1, maxLength: 20 }), (transfers) => {
      const { endMs, busyMs } = play(transfers);
      const bytes = transfers.reduce((sum, [, size]) => sum + size, 0);
      expect(busyMs).toBeCloseTo(bytes / 100, 6);
      for (const [index, [startMs, size]] of transfers.entries()) {
        expect(endMs[index]! - startMs).toBeGreaterThanOrEqual(size / 100 - 1e-6);
      }
    }),
    { seed: 4, numRuns: tries(200) },
  );
});
