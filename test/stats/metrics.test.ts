import { expect, test } from 'vitest';
import { CLIENT_LIMITS } from '../../src/report/verdict.ts';
import { GROUPS, type Metric, SHOWN } from '../../src/stats/metric.ts';
import {
  definitionOf,
  headingOf,
  METRIC_NAMES,
  METRICS,
  METRICS_AS_PRINTED,
} from '../../src/stats/metrics.ts';
import { Summary } from '../../src/stats/summary.ts';
import { turnRecord } from '../record/sample.ts';

const TIME = { startMs: 0, endMs: 10_000 };

function closed(...records: ReturnType<typeof turnRecord>[]) {
  const summary = new Summary();
  for (const record of records) summary.add(record);
  const windows = [{ ...TIME, isFinished: false }];
  return summary.close({ measured: [TIME], arriving: windows, fallingDue: windows });
}

test('a summary has every metric of the catalogue, in its order', () => {
  const told = turnRecord({ engineQueueMs: 3, enginePrefillMs: 40 });
  const { distributions, conversations } = closed(told);
  expect([...Object.keys(distributions), 'turnsDone']).toEqual(METRIC_NAMES);
  expect(conversations.turnsDone).toMatchObject({ count: 1, mean: 1 });
});

test.each([
  ['completed', turnRecord(), true, true],
  ['failed', turnRecord({ status: 'timeout' }), false, true],
  ['unsent', turnRecord({ status: 'unsent', sentMs: undefined }), false, false],
])('a %s request is of the populations it belongs to', (_, record, isCompleted, isSent) => {
  const { distributions } = closed({ ...record, ...(!isSent && { sentMs: undefined }) });
  expect('latencyMs' in distributions).toBe(isCompleted);
  expect('iclMs' in distributions).toBe(isCompleted);
  expect('latenessMs' in distributions).toBe(isSent);
});

test('the gaps of an answer are pooled, each a value', () => {
  expect(closed(turnRecord(), turnRecord()).distributions.iclMs).toMatchObject({ count: 18 });
});

test('answers of one token, or of one chunk, have no TPOT and no ITL, and the catalogue says so', () => {
  const { distributions } = closed(turnRecord({ outputTokens: 1 }), turnRecord({ chunks: 1 }));
  expect(distributions.ttftMs?.count).toBe(2);
  for (const name of ['tpotMs', 'itlMs'] as const) {
    expect(distributions).not.toHaveProperty(name);
    expect(METRICS[name].says).toContain('answers of one token or one chunk have none');
  }
});

test('every metric is printed once, and every group has one', () => {
  expect(METRICS_AS_PRINTED.toSorted()).toEqual(METRIC_NAMES.toSorted());
  const groups = METRIC_NAMES.map((name) => METRICS[name].group);
  expect(new Set(groups)).toEqual(new Set(Object.keys(GROUPS)));
});

test('labels are unlike, and names end in the unit', () => {
  const metrics: [string, Metric][] = Object.entries(METRICS);
  expect(new Set(metrics.map(([, { label }]) => label)).size).toBe(metrics.length);
  const endings = { ms: /Ms$/, tokens: /Tokens$/, turns: /^turns/ };
  for (const [name, { unit }] of metrics) expect(name).toMatch(endings[unit]);
});

test('every metric says what it is, whose definition that is, and when it is shown', () => {
  const metrics: Metric[] = Object.values(METRICS);
  for (const { label, says, source, shown } of metrics) {
    expect(label).toMatch(/^[A-Za-z]/);
    expect(says).toMatch(/ /);
    expect(source).toMatch(/^[A-Za-z]{3}/);
    expect(SHOWN[shown]).toMatch(/^(always$|if )/);
  }
});

test('headings have the unit of times; definitions have the note', () => {
  expect(headingOf('ttftMs')).toBe('TTFT ms');
  expect(headingOf('ttftMs', 'p50')).toBe('TTFT p50 ms');
  expect(headingOf('inputTokens')).toBe('input tokens');
  expect(definitionOf('latencyMs')).toBe('end of the response minus sent');
  expect(definitionOf('ttftMs')).toMatch(/minus sent; never headers or the role chunk$/);
});

test('the limit that the catalogue names is the one that the report warns at', () => {
  expect(METRICS.generatorDelayMs.note).toContain(`above ${CLIENT_LIMITS.delayP99Ms} ms at p99`);
});
