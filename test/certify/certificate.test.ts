import { expect, test } from 'vitest';
import { certificateOf } from '../../src/certify/certificate.ts';
import { certificateFigures } from '../../src/certify/figures.ts';
import type { LoadErrors } from '../../src/certify/grid.ts';
import { certificateSections } from '../../src/certify/text.ts';
import { sectionsText } from '../../src/report/render/text.ts';

const spread = (p99: number) => ({ p50: p99 / 10, p90: p99 / 2, p99, max: 2 * p99 });

function load(streams: number, chunkRate: number, p99: number, more = {}): LoadErrors {
  const errors = {
    ...{ streams, probes: 1000, failed: 0, ...more },
    ...{ ttftMs: spread(p99), gapMs: spread(p99), sendLatenessMs: spread(p99) },
  };
  return { streams, chunkRate, chunksPerSec: streams * chunkRate, busy: 0.25, errors };
}

const LOADS = [load(1, 50, 1), load(10, 50, 2), load(100, 50, 12), load(1, 100, 20)];

test('as many streams are within the limit as none below was beyond it', () => {
  const luckyTop = [...LOADS, load(500, 50, 5)];
  expect(certificateOf(luckyTop, 10).within).toEqual([
    { chunkRate: 50, streams: 10 },
    { chunkRate: 100 },
  ]);
});

test('probes without an answer are beyond any limit', () => {
  const loads = [load(1, 50, 1, { failed: 1 }), { ...load(1, 100, 1), errors: undefined }];
  expect(certificateOf(loads, 10).within.map(({ streams }) => streams)).toEqual([
    undefined,
    undefined,
  ]);
});

test('few probes are judged by a percentile that they have', () => {
  const name = 'few';
  const isWithin = (probes: number) =>
    certificateOf([], 10, { name, load: load(1, 50, 12, { probes }) }).scenario!.isWithin;
  expect([1000, 50].map(isWithin)).toEqual([false, true]);
});

test('the scenario comes first, and is warned of if it is too much', () => {
  const told = (p99: number) =>
    sectionsText(
      certificateSections(certificateOf(LOADS, 10, { name: 'demo', load: load(64, 50, p99) })),
    );
  expect(told(2)).toMatch(/^Scenario demo lies within what this client can measure\./);
  expect(told(30)).toMatch(/^WARNING: Scenario demo IS TOO MUCH for this client\./);
  expect(told(30)).toContain('100 chunks/s');
});

test('a line for each chunk rate, by streams', () => {
  const [panel] = certificateFigures(certificateOf(LOADS, 10));
  expect(panel).toMatchObject({
    series: [
      {
        name: '50 chunks/s each',
        points: [
          [1, 1],
          [10, 2],
          [100, 12],
        ],
      },
      { name: '100 chunks/s each', points: [[1, 20]] },
    ],
  });
});
