import { expect, test, vi } from 'vitest';
import { SystemClock, VirtualClock } from '../../src/base/clock.ts';
import { startReady } from '../../src/play/ready.ts';
import type { Readied, Transport } from '../../src/transport/transport.ts';

function staged(told: string[], allReady: () => Promise<void>) {
  const stage: Readied = {
    hold: () => told.push('hold'),
    release: () => told.push('release'),
    allReady,
  };
  return { stage } as unknown as Transport;
}

test('time stands until all is ready, and what is ready is released when it begins', async () => {
  const told: string[] = [];
  const clock = new SystemClock();
  let becomeReady = () => {};
  const transport = staged(told, () => new Promise((resolve) => (becomeReady = resolve)));
  const times: number[] = [];
  const began = new Promise<number | undefined>((resolve) => {
    const start = () => {
      told.push('start');
      times.push(clock.now());
      return 'run';
    };
    expect(startReady({ clock, transport }, start, resolve)).toBe('run');
  });
  const before = performance.now();
  await vi.waitUntil(() => performance.now() > before + 5);
  times.push(clock.now());
  expect(told).toEqual(['hold', 'start']);
  expect(times[1]).toBe(times[0]);
  const originEpochMs = clock.originEpochMs;
  becomeReady();
  expect(await began).toBeGreaterThanOrEqual(originEpochMs + 4);
  await vi.waitUntil(() => clock.now() > times[0]!);
  expect(told).toEqual(['hold', 'start', 'release']);
});

test('simulated time, which takes none, begins at once', () => {
  const told: string[] = [];
  const transport = staged(told, () => Promise.resolve());
  const start = () => told.push('start');
  startReady({ clock: new VirtualClock(), transport }, start, () => told.push('begun'));
  expect(told).toEqual(['start', 'begun']);
});
