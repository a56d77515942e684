import { expect, test } from 'vitest';
import { sectionsText } from '../../src/report/render/text.ts';
import { axisOf } from '../../src/sweep/axis.ts';
import { columnsOf } from '../../src/sweep/columns.ts';
import { sweepPanels } from '../../src/sweep/figures.ts';
import type { JobResult } from '../../src/sweep/play-point.ts';
import { type PointSummary, summaryOf } from '../../src/sweep/summary.ts';
import { sweepSection } from '../../src/sweep/table.ts';

const axes = [axisOf('engine.policy=fcfs,priority'), axisOf('rate=1,2')];
const MEASURES = ['ttftMs.p95', 'cache.share'];

function run(ttft: number, more: Partial<JobResult> = {}): JobResult {
  return {
    ...{
      dir: 'x',
      outcome: 'ok',
      completed: 10,
      failed: 0,
      estimates: [],
      exceeded: [],
      nextUserId: 1,
    },
    readings: { 'ttftMs.p95': { value: ttft }, 'cache.share': { value: 0.5 } },
    ...more,
  };
}

/** TTFTs of the runs, by policy and rate. */
function points(runsOf: (policy: string, rate: number) => JobResult[]): PointSummary[] {
  return ['fcfs', 'priority'].flatMap((policy) =>
    [1, 2].map((rate) =>
      summaryOf(
        [
          { name: 'engine.policy', value: policy },
          { name: 'rate', value: rate },
        ],
        runsOf(policy, rate),
        MEASURES,
      ),
    ),
  );
}

const plain = points((policy, rate) => [run(100 * rate + (policy === 'fcfs' ? 5 : 0))]);
const columns = columnsOf(['ttft.p95', 'cache.share', 'goodput.share']);

test('what is compared stands below each other, for every value that is swept', () => {
  const shown = { axes, columns, points: plain, repeats: 1, hasLimits: false };
  expect(sectionsText([sweepSection(shown)])).toBe(`  rate    policy  TTFT p95 ms  cached
  1         fcfs        105.0  50.0 %
  1     priority        100.0  50.0 %
  2         fcfs        205.0  50.0 %
  2     priority        200.0  50.0 %`);
});

test('several runs have a spread, limits a column, failures their reason', () => {
  const repeated = points((policy, rate) => [
    run(100 * rate),
    run(
      100 * rate + 10,
      policy === 'fcfs' ? { failed: 2, reason: 'HTTP 500', exceeded: ['x'] } : {},
    ),
  ]);
  const shown = { axes, columns, points: repeated, repeats: 2, hasLimits: true };
  const text = sectionsText([sweepSection(shown)]).replaceAll(/ +/g, ' ');
  // Of two values 10 apart: t = 12.71, 10 / 2.
  expect(text).toContain('1 fcfs 105.0 ±64 50.0 % ±0 2 1/2');
  expect(text).toContain('2 priority 205.0 ±64 50.0 % ±0 0 2/2');
  expect(text).toContain('engine.policy=fcfs, rate=1: 2 failed: HTTP 500');
  expect(text).toContain('Means of 2 runs of each point');
});

test('a figure has a panel for what is known, and a line for each that is compared', () => {
  const panels = sweepPanels(axes, plain);
  expect(panels.map(({ title }) => title)).toEqual(['TTFT by rate', 'Hit share by rate']);
  expect(panels[0]).toMatchObject({
    kind: 'line',
    x: { label: 'rate' },
    series: [
      {
        name: 'fcfs p95',
        points: [
          [1, 105],
          [2, 205],
        ],
      },
      {
        name: 'priority p95',
        points: [
          [1, 100],
          [2, 200],
        ],
      },
    ],
  });
});

test.each([
  ['users', 'users'],
  ['population.arrivals.usersPerSec', 'users'],
  ['engine.blocks', 'capacity'],
  ['engine.offload.cpu.capacityGB', 'capacity'],
  ['engine.offload.cpu.readGBps', 'engine-offload-cpu-readGBps'],
  ['engine.blockTokens', 'engine-blockTokens'],
  ['conversation.rounds', 'conversation-rounds'],
])('TTFT by %s is not called by the name of something else: ttft-vs-%s', (name, against) => {
  const axis = { name, values: [1, 2] };
  const along = axis.values.map((value) => ({ ...plain[0]!, coordinates: [{ name, value }] }));
  expect(sweepPanels([axis], along)[0]?.name).toBe(`ttft-vs-${against}`);
});

test('where names alone are swept they are the axis, of bars', () => {
  const [policies] = axes;
  const panels = sweepPanels([policies!], [plain[0]!, plain[2]!]);
  expect(panels[0]).toMatchObject({
    kind: 'bar',
    x: { label: 'engine.policy', names: ['fcfs', 'priority'] },
    series: [
      {
        name: 'p95',
        points: [
          [0, 105],
          [1, 100],
        ],
      },
    ],
  });
});

test('repeats have the interval of their mean in the figure, and one run alone has none', () => {
  const bandsOf = (runs: JobResult[]) => {
    const [ttft] = sweepPanels(
      axes,
      points(() => runs),
    );
    return ttft!.kind === 'interval' ? [] : (ttft!.bands ?? []);
  };
  expect(bandsOf([run(100)])).toEqual([]);
  const bands = bandsOf([run(100), run(110), run(120)]);
  expect(bands.map(({ of }) => of)).toEqual(['fcfs p95', 'priority p95']);
  for (const { points } of bands) {
    expect(points.map(([at]) => at)).toEqual([1, 2]);
    // Student's t of two degrees of freedom is 4.303.
    for (const [, low, high] of points) {
      expect(low).toBeCloseTo(110 - (4.303 * 10) / Math.sqrt(3), 1);
      expect(high).toBeCloseTo(110 + (4.303 * 10) / Math.sqrt(3), 1);
    }
  }
});

test('repeats that gave the same are said to be of no use', () => {
  const shownOf = (runs: JobResult[]) =>
    sectionsText([
      sweepSection({
        ...{ axes, columns, points: points(() => runs) },
        ...{ repeats: runs.length, hasLimits: false },
      }),
    ]);
  expect(shownOf([run(100), run(100)])).toContain('Every run of a point gave the same');
  for (const runs of [[run(100)], [run(100), run(101)]]) {
    expect(shownOf(runs)).not.toContain('gave the same');
  }
});
