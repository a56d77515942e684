import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EngineEvents, Memory } from '../../src/engine/events.ts';
import { BlockPool } from '../../src/engine/kv/block-pool.ts';
import { EvictionMetrics } from '../../src/engine/metrics/eviction-metrics.ts';
import { StepMetrics } from '../../src/engine/metrics/step-metrics.ts';
import { optionsOf, privateTokens, words } from '../support/engine-rig.ts';

/** Half of what the smallest object takes: a number that V8 boxes has 16 bytes. */
const BYTES_MAX = 8;

/** Keeps no more of what it hears than sums. */
class Sums implements EngineEvents {
  stores = 0;
  evictions = 0;

  stored(memory: Memory): void {
    this.stores += memory.blocks;
  }

  evicted(memory: Memory): void {
    this.evictions += memory.blocks;
  }
}

/** A busy machine is late to compile; what a loop makes itself, it makes in every window. */
const WINDOWS = 200;

/** Bytes of the heap a count: the more of two windows in a row, the first two below BYTES_MAX or the last. */
function bytesPer(count: () => number, play: () => void): number {
  let worst = 0;
  for (let window = 0, last = Infinity; window < WINDOWS; window++) {
    const [before, countBefore] = [process.memoryUsage().heapUsed, count()];
    play();
    const bytes = (process.memoryUsage().heapUsed - before) / (count() - countBefore);
    // Garbage was collected in between.
    if (bytes < 0) continue;
    worst = Math.max(last, bytes);
    if (worst < BYTES_MAX) break;
    last = bytes;
  }
  return worst;
}

test.each<[string, () => EngineEvents[]]>([
  ['nobody listens', () => []],
  ['all that is told is heard', () => [new StepMetrics(), new EvictionMetrics(), new Sums()]],
])(
  'decoding allocates nothing per token, where %s: what a step makes is shared by all rows',
  (_, listeners) => {
    const rows = 128;
    const clock = new VirtualClock();
    const options = optionsOf({ gpu: 'h100', apiMs: 0, maxSeqs: rows });
    const engine = new Engine(clock, options, words, { events: listeners() });
    let tokens = 0;
    const observer = {
      onToken() {
        tokens++;
      },
      onEnd() {},
      onError: () => expect.unreachable('refused'),
    };
    for (let user = 0; user < rows; user++) {
      const promptTokens = Int32Array.from(privateTokens(user, 50));
      engine.submit({ promptTokens, maxTokens: 20_000, ignoreEos: true }, observer);
    }
    // Until it is compiled.
    clock.run(20_000);
    expect(
      bytesPer(
        () => tokens,
        () => clock.run(clock.now() + 500),
      ),
    ).toBeLessThan(BYTES_MAX);
    expect(engine.stats.running).toBe(rows);
  },
);

test('an eviction allocates nothing, whoever listens', () => {
  const clock = new VirtualClock();
  const sums = new Sums();
  const pool = new BlockPool(1001, { clock, events: [sums, new EvictionMetrics()] });
  const blocks = new Int32Array(100);
  const names = new Int32Array(200);
  const asker = { request: 0, session: 'a' };
  let name = 0;
  const play = (): void => {
    for (let request = 0; request < 500; request++) {
      for (let i = 0; i < names.length; i++) names[i] = Math.imul(++name, 0x9e3779b1);
      pool.take(blocks, 0, 100, asker);
      pool.publish(blocks, names, 0, 100, asker);
      pool.release(blocks, 100, asker);
    }
  };
  play();
  expect(bytesPer(() => sums.evictions, play)).toBeLessThan(BYTES_MAX);
  expect(sums.evictions).toBe(sums.stores - 1000);
});
