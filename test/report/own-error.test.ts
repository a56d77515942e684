import { expect, test } from 'vitest';
import type { ProbeErrors } from '../../src/record/record.ts';
import { judgeOf, ownErrorText, worstOf } from '../../src/report/own-error.ts';
import { clientVerdict, verdictSections } from '../../src/report/verdict.ts';

const spread = (p99: number) => ({ p50: 0.2, p90: 0.9, p99, max: 2 * p99 });

function probes(p99: number, more = {}): ProbeErrors {
  const errors = { ttftMs: spread(p99), gapMs: spread(p99), sendLatenessMs: spread(p99) };
  return { streams: 1, probes: 200, failed: 0, ...errors, ...more };
}

test('the error of a client in a line, with its sign', () => {
  expect(ownErrorText(probes(1.1), 'beside the run')).toBe(
    'own error, p50 / p99 / max of 200 probes beside the run: TTFT +0.20 / +1.1 / +2.2 ms, gaps ±0.20 / ±1.1 / ±2.2 ms, sent late 0.20 / 1.1 / 2.2 ms',
  );
  expect(ownErrorText(probes(1, { streams: 9, failed: 2 }), 'before the run')).toContain(
    '200 probes before the run, 9 at a time (2 more had no answer): ',
  );
  expect(ownErrorText(probes(1, { gapMs: undefined }), '')).not.toContain('gaps');
});

test('few probes are judged by what they can tell', () => {
  expect([200, 100, 99, 10, 9].map((count) => judgeOf({ probes: count }))).toEqual([
    ...['p99', 'p99', 'p90', 'p90', 'p50'],
  ]);
});

test('parts of a run are as far off as the worst of them', () => {
  expect(worstOf([undefined, undefined])).toBeUndefined();
  expect(worstOf([{ during: probes(1) }, { during: probes(3, { failed: 1 }) }])).toEqual({
    during: probes(3, { probes: 400, failed: 1 }),
  });
});

const said = (p99: number, late?: object) => {
  const certification = { before: probes(30, { streams: 9 }), during: probes(p99) };
  const told = { healths: [], certification, ...(late && { late: late as never }) };
  const client = clientVerdict({}, told, undefined, 60_000);
  const text = verdictSections(client, 'system', undefined)
    .flatMap(({ title = '', lines = [] }) => [title, ...lines])
    .join('\n');
  return { client, text };
};

test('what probes found stands in the first lines, and beyond the limit makes a bottleneck', () => {
  const fine = said(1.1);
  expect(fine.client.isBottleneck).toBe(false);
  expect(fine.text).toContain("This client's own error, p50 / p99 / max of 200 probes beside");
  expect(fine.text).toContain('Its own error, p50 / p99 / max of 200 probes before the run, 9 at');
  const late = said(12);
  expect(late.client.problems).toEqual([
    'own error of the TTFT by probes, p99: 12.00 ms (limit 10 ms)',
  ]);
  expect(late.text).toMatch(/^WARNING: the client was a bottleneck/);
});

test('windows in which the client was late are said where they are much of the time', () => {
  const late = { windows: 3, totalMs: 900, longestMs: 500 };
  expect(said(1, { ...late, share: 0.015 }).text).toContain(
    'late at some moment of 3 windows, 0.9 s in all (1.5 % of the time; the longest 500.0 ms)',
  );
  expect(said(1, { ...late, share: 0.005 }).text).not.toContain('was late');
});
