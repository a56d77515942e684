import { describe, expect, test } from 'vitest';
import { toldOf } from '../../src/calibrate/run-engine.ts';
import { sectionsText } from '../../src/report/render/text.ts';
import { changedText, changesOf } from '../../src/twin/changes.ts';
import { replayOf } from '../../src/twin/replay.ts';
import { type WhatIf, whatIfRows } from '../../src/twin/what-if.ts';
import { whatIfFigures } from '../../src/twin/what-if-figures.ts';
import { whatIfChanges, whatIfScenario, whatIfWorkload } from '../../src/twin/what-if-scenario.ts';
import { whatIfSections } from '../../src/twin/what-if-sections.ts';
import type { WhatIfSide } from '../../src/twin/what-if-side.ts';
import { whatIfWindows } from '../../src/twin/what-if-windows.ts';
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
    ...{ startMs: 0, measuredMs: 10_000 },
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
    const sections = whatIfSections({
      ...{ like: 'runs/a', name: 'a', standIn: 'engine.json', dir: 'runs/b', rows, windows: [] },
      changed: [{ path: 'engine.blocks', from: 100, to: 200 }],
    });
    const text = sectionsText(sections);
    expect(text).toContain('engine.blocks: 100 -> 200');
    expect(text).toMatch(/cached share +20\.0 % +21\.0 % +50\.0 % +\+29\.0 pp/);
    expect(text).toMatch(/output tokens\/s +2\.000 +2\.000 +2\.000 +0 %/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('what if over time', () => {
  /** Requests that are sent so long after the measuring began, each answered after so long. */
  const side = (startMs: number, sent: readonly (readonly [atMs: number, ttftMs: number])[]) => ({
    startMs,
    measuredMs: sent.at(-1)![0] + 1000,
    records: sent.map(([atMs, ttftMs], turn) => ({
      ...({ userId: 1, turn, turns: 99, phase: 'measure', status: 'ok' } as const),
      ...{ attempts: 1, reconnects: 0, chunks: 9, inputTokens: 9, outputTokens: 9 },
      ...{ sentMs: startMs + atMs, firstTokenMs: startMs + atMs + ttftMs },
      endMs: startMs + atMs + ttftMs + 80,
    })),
  });
  /** Two windows of 10 s, of 8 requests each. */
  const each = (count: number, ttftMs: number) =>
    Array.from({ length: count }, (_, at): [number, number] => [at * 1000, ttftMs]);

  test('each side has its own time since measuring began, and the longest its end', () => {
    const windows = whatIfWindows({
      measured: side(500, [...each(10, 100), [10_000, 300], [19_000, 500]]),
      twin: undefined,
      whatIf: side(0, [...each(10, 50), [25_000, 70]]),
    });
    expect(windows.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [0, 20_000],
      [20_000, 26_000],
    ]);
    expect(windows.map(({ quantities }) => quantities.ttftMs)).toEqual([
      { measured: 1800 / 12, whatIf: 50 },
      { whatIf: 70 },
    ]);
    expect(windows[0]!.quantities.cachedShare).toEqual({});
  });

  test('a side of which nothing is known has no curve, and the twin is dashed', () => {
    const sides = {
      measured: side(0, each(16, 100)),
      twin: side(0, each(16, 80)),
      whatIf: side(0, each(16, 40)),
    };
    const whatIf: WhatIf = {
      ...{ like: 'runs/a', name: 'a', standIn: 'engine.json', dir: 'runs/b', changed: [] },
      rows: whatIfRows(sides.measured, sides.twin, sides.whatIf),
      windows: whatIfWindows(sides),
    };
    const figures = whatIfFigures(whatIf);
    expect(figures.map(({ name }) => name)).toEqual([
      'what-if-change',
      'what-if-ttft',
      'what-if-tpot',
      'what-if-latency',
    ]);
    expect(figures[0]!.series[0]).toEqual({
      name: 'TTFT',
      points: [0, 1, 2, 3].map((place) => [place, -0.5]),
    });
    expect(figures[1]!.series.map(({ name, points }) => [name, points.map(([, y]) => y)])).toEqual([
      ['measured', [100, 100]],
      ['twin', [80, 80]],
      ['what if', [40, 40]],
    ]);
  });
});
