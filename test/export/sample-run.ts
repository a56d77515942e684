import type { Run } from '../../src/record/run-folder.ts';
import { type RunSummary, summarise } from '../../src/report/run-summary.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { HOST, header, SCENARIO, samplePart, sampleRecords, turnRecord } from '../record/sample.ts';

/** A run with every kind of ending, a warm-up and thresholds; `unknown` says nothing of tokens. */
export function mixedRun(more: Partial<ScenarioInput> = {}): { run: Run; summary: RunSummary } {
  const scenario = {
    ...SCENARIO,
    thresholds: { maxErrorRate: 0.5, ttftMs: { p95: 1 }, engineQueueMs: { max: 5 } },
    ...more,
  };
  const {
    inputTokens: _,
    outputTokens: __,
    cachedTokens: ___,
    ...unknown
  } = turnRecord({
    userId: 101,
    sentMs: 7000,
  });
  const { sentMs, endMs, readyMs, connectMs, firstTokenMs, firstOutputMs, lastTokenMs, ...due } =
    turnRecord({ userId: 105, status: 'unsent', reason: 'the run stopped' });
  const never = { ...due, chunks: 0, attempts: 0, intendedMs: 9500, chunkGapsMs: undefined };
  const records = [
    ...sampleRecords({ users: 8 }),
    unknown,
    turnRecord({
      userId: 102,
      status: 'http',
      httpStatus: 503,
      reason: 'no, "free" <slot>\nhere',
      sentMs: 8000,
    }),
    turnRecord({ userId: 103, status: 'cancelled', reason: 'the run stopped', sentMs: 9000 }),
    turnRecord({ userId: 104, phase: 'warmup', sentMs: 10 }),
    never,
  ];
  const commandLine = 'confab run a.yaml --set \'x=<"y">\'';
  const run = {
    parts: [samplePart({ header: header({ commandLine, host: HOST }, scenario), records })],
    warnings: [],
  };
  return { run, summary: summarise(run) };
}
