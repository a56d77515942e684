import { describe, expect, test } from 'vitest';
import { toldOf } from '../../src/calibrate/run-engine.ts';
import { changedText, changesOf } from '../../src/twin/changes.ts';
import { replayOf } from '../../src/twin/replay.ts';
import { type WhatIfSide, whatIfRows } from '../../src/twin/what-if.ts';
import { whatIfChanges, whatIfScenario, whatIfWorkload } from '../../src/twin/what-if-scenario.ts';
import { whatIfText } from '../../src/twin/what-if-sections.ts';
import { PRESSED, recorded } from './recorded.ts';

const STAND_IN = { gpu: 'a100', settings: [] };

async function asked(overrides: readonly string[], standIn: typeof STAND_IN | null = STAND_IN) {
  const run = await recorded(PRESSED);
  const { parts } = await replayOf(run);
  const scenarios = whatIfScenario(parts[0]!, standIn ?? undefined, {
    told: toldOf(run),
    overrides,
  });
  return { part: parts[0]!, scenarios, changes: whatIfChanges(scenarios, !!standIn) };
}

describe('what if', () => {
  test('what is changed is named, with what follows from it', async () => {
    const { changes, scenarios } = await asked(['engine.gpu=h100', 'population.users=9']);
    expect(changes).toEqual([
      { path: 'population.users', from: 12, to: 9 },
      { path: 'engine.gpu', from: 'a100', to: 'h100' },
      // What fits the one says nothing of the other.
      { path: 'engine.blocks', from: 220, to: 27_000 },
    ]);
    expect(scenarios.changed.output.exports).toEqual([]);
  });

  test('without an engine that stands for the measured one, the changes say what it is', async () => {
    await expect(asked(['engine.blocks=50'], null)).rejects.toThrow('--twin engine.json');
    const { changes } = await asked(['engine.gpu=h100', 'engine.blocks=50'], null);
    expect(changes).toEqual([
      { path: 'engine.gpu', from: undefined, to: 'h100' },
      { path: 'engine.blocks', from: 220, to: 50 },
    ]);
  });

  test('of what was not there at all, each field is a change', () => {
    const to = { engine: { offload: { cpu: { capacityGB: 32, readGBps: 20 } } } };
    const changes = changesOf({ engine: { offload: {}, faults: [] } }, to);
    expect(changes.map(changedText)).toEqual([
      'engine.offload.cpu.capacityGB: not set -> 32',
      'engine.offload.cpu.readGBps: not set -> 20',
      'engine.faults: [] -> not set',
    ]);
    expect(changesOf(to, to)).toEqual([]);
  });

  test('answers stay as long as they were where what is said is the same', async () => {
    const same = await asked(['engine.blocks=500']);
    expect(await whatIfWorkload(same.scenarios, same.part)).toBe(same.part.workload);
    const other = await asked(['conversation.rounds=2']);
    expect(await whatIfWorkload(other.scenarios, other.part)).not.toBe(other.part.workload);
  });
});

describe('the table of what if', () => {
  const side = (ttftMs: number, cachedTokens: number): WhatIfSide => ({
    measuredMs: 10_000,
    records: [1, 2].map((userId) => ({
      ...{ userId, turn: 0, turns: 1, phase: 'measure', status: 'ok', attempts: 1, reconnects: 0 },
      ...{ sentMs: 0, firstTokenMs: ttftMs, endMs: ttftMs + 900, chunks: 10, outputTokens: 10 },
      ...{ inputTokens: 100, cachedTokens },
    })),
  });

  test('a change is against the twin where there is one, else against what was measured', () => {
    const rowOf = (twin: WhatIfSide | undefined) =>
      whatIfRows(side(100, 20), twin, side(60, 50)).find(({ name }) => name === 'ttftMs.mean');
    expect(rowOf(side(80, 20))).toEqual({
      ...{ name: 'ttftMs.mean', unit: 'ms', measured: 100, twin: 80, whatIf: 60 },
      change: 60 / 80 - 1,
    });
    expect(rowOf(undefined)!.change).toBeCloseTo(-0.4, 12);
  });

  test('shares change by points, and it is read at 80 columns', () => {
    const rows = whatIfRows(side(100, 20), side(80, 21), side(60, 50));
    const text = whatIfText({
      ...{ like: 'runs/a', name: 'a', standIn: 'engine.json', dir: 'runs/b', rows },
      changed: [{ path: 'engine.blocks', from: 100, to: 200 }],
    });
    expect(text).toContain('engine.blocks: 100 -> 200');
    expect(text).toMatch(/cached share +20\.0 % +21\.0 % +50\.0 % +\+29\.0 pp/);
    expect(text).toMatch(/output tokens\/s +2\.000 +2\.000 +2\.000 +0 %/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
