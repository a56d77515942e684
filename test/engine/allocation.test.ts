import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { Engine } from '../../src/engine/engine.ts';
import { optionsOf, privateTokens, words } from './bench.ts';

/** Half of what the smallest object takes: a number that V8 boxes has 16 bytes. */
const BYTES_MAX = 8;

test('decoding allocates nothing per token: what a step makes is shared by all of its rows', () => {
  const rows = 128;
  const clock = new VirtualClock();
  const engine = new Engine(clock, optionsOf({ gpu: 'h100', apiMs: 0, maxSeqs: rows }), words);
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
    engine.submit({ promptTokens, maxTokens: 3000, ignoreEos: true }, observer);
  }
  // Until it is compiled.
  clock.run(20_000);
  // Compiling and collecting garbage come in between: the least of several windows is the loop's own.
  const windows = Array.from({ length: 12 }, () => {
    const [before, tokensBefore] = [process.memoryUsage().heapUsed, tokens];
    clock.run(clock.now() + 500);
    return (process.memoryUsage().heapUsed - before) / (tokens - tokensBefore);
  });
  expect(engine.stats.running).toBe(rows);
  expect(Math.min(...windows.filter((bytes) => bytes > 0))).toBeLessThan(BYTES_MAX);
});
