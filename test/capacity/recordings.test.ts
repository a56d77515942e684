import { describe, expect, test } from 'vitest';
import { capacityOfRun } from '../../src/capacity/capacity.ts';
import { capacitySections } from '../../src/capacity/sections.ts';
import { survivalOf } from '../../src/capacity/survival.ts';
import { readJournal } from '../../src/record/journal-reader.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { sectionsText } from '../../src/report/render/text.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';

const RECORDED = sharedFile('data/recordings/vllm024-h100');
const missing = absent(RECORDED);
/** `--num-gpu-blocks-override 2600`: one of them is never used. */
const USABLE = 2599;

/** Each is read once: its hits are looked through once then, too. */
const runs = new Map<string, Run>();

function recorded(name: string): Run {
  let run = runs.get(name);
  if (!run) {
    const { part } = readJournal(`${RECORDED}/${name}.journal.ndjson`);
    runs.set(name, (run = { parts: [part], warnings: [] }));
  }
  return run;
}

function capacityOf(name: string) {
  return capacityOfRun(recorded(name)).tiers!;
}

describe.skipIf(missing)(titled('of vLLM 0.24 on an H100', missing), () => {
  test('the 2,600 blocks are found to the block from its hits under pressure', () => {
    const { gpu, below } = capacityOf('pressure');
    expect(below).toBeUndefined();
    expect(gpu.blocks).toBe(USABLE);
    expect(gpu.low).toBe(USABLE);
    expect(gpu.high!).toBeLessThan(1.01 * USABLE);
    expect(gpu.disagreeing).toBe(0);
  });

  test('a closed loop that finds no conversation again tells no more than it knows', () => {
    const { tiers, waiting } = capacityOfRun(recorded('closed'));
    const { gpu } = tiers!;
    // While requests waited, as much was held as there is.
    expect(Math.abs(waiting!.heldBlocks / USABLE - 1)).toBeLessThan(0.1);
    expect(gpu.low).toBeLessThanOrEqual(USABLE);
    expect(gpu.low).toBeGreaterThan(0.65 * USABLE);
    expect(gpu.high!).toBeGreaterThan(3 * USABLE);
  });

  test('with memory for all below the GPU, it has at least what was held, and the GPU is found', () => {
    const { gpu, below, toldBy } = capacityOf('pressure-offload');
    expect(toldBy).toBe('hits');
    expect(Math.abs(gpu.blocks / USABLE - 1)).toBeLessThan(0.1);
    expect(below!.high).toBeUndefined();
    expect(below!.low).toBeGreaterThan(6000);
  });

  test('what a column means is said where there is one', () => {
    const textOf = (name: string) =>
      sectionsText(capacitySections(capacityOfRun(recorded(name)), name));
    for (const name of ['pressure', 'pressure-offload']) {
      expect(textOf(name).includes('Contradict:')).toBe(/ contradict\n/.test(textOf(name)));
    }
    expect(textOf('pressure')).toContain('Contradict:');
    expect(textOf('pressure-offload')).not.toContain('Contradict:');
  });

  test('what survives there by idle gap is what both tiers are expected to have', () => {
    const { byGap, byDistance } = survivalOf(recorded('mixed-offload16'));
    expect(byGap.length).toBeGreaterThan(5);
    for (const { lruShare, interval95 } of [...byGap, ...byDistance]) {
      expect(lruShare).toBeGreaterThan(interval95[0] - 1e-9);
      expect(lruShare).toBeLessThan(interval95[1] + 1e-9);
    }
  });

  test('8,000 blocks and 16 GiB below them are both found within 2 %', () => {
    const { gpu, below } = capacityOf('mixed-offload16');
    expect(Math.abs(gpu.blocks / 7999 - 1)).toBeLessThan(0.02);
    expect(Math.abs(below!.blocks / 8192 - 1)).toBeLessThan(0.02);
    expect(below!.high).toBeDefined();
  });
});
