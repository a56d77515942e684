import { expect, test } from 'vitest';
import { summaryJson } from '../../src/export/summary-json.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { mergeRuns, summarise } from '../../src/report/run-summary.ts';
import {
  footer,
  header,
  ORIGIN_EPOCH_MS,
  SCENARIO,
  samplePart,
  sampleRecords,
  turnRecord,
} from '../record/sample.ts';
import { renderReport } from '../support/composed.ts';

const run = (...parts: Parameters<typeof samplePart>[0][]): Run => ({
  parts: parts.map(samplePart),
  warnings: [],
});

const golden = (name: string) => `../golden/report/${name}`;

test('an ordinary run', async () => {
  const files = ['runs/sample-20260102-030405/journal.ndjson', 'summary.csv'];
  await expect(renderReport(run({}), { files })).toMatchFileSnapshot(golden('ordinary.txt'));
  await expect(summaryJson(summarise(run({})))).toMatchFileSnapshot(golden('ordinary.json'));
});

test('M-66 a run whose client could not keep up starts with a warning', async () => {
  const health = { ...footer().health!, eventLoopDelayP99Ms: 48.3, eventLoopUtilization: 0.97 };
  const late = sampleRecords().map((record) => ({ ...record, readyMs: record.sentMs! - 31 }));
  const text = renderReport(run({ records: late, footer: footer({ health }) }));
  expect(text).toMatch(/^WARNING: the client was a bottleneck/);
  await expect(text).toMatchFileSnapshot(golden('bottleneck.txt'));
});

test.each([
  [999, /^The client kept up: own delay p50 \S+ ms \(limit 10\), event-loop delay p99 \S+ ms/],
  [1000, /^WARNING: the client was a bottleneck/],
])(
  'how busy the client was in %i ms is judged where that is time enough',
  (measureEndMs, expected) => {
    const health = { ...footer().health!, eventLoopUtilization: 1 };
    const ends = { measureEndMs, drainStartMs: measureEndMs, health };
    const records = [turnRecord({ intendedMs: 0, readyMs: 0, sentMs: 0 })];
    const text = renderReport(run({ records, footer: footer(ends) }));
    expect(text.split('\n')[0]).toMatch(expected);
  },
);

test('an interrupted and resumed run, long conversations, a reasoning model, failures of every kind', async () => {
  const records = sampleRecords({ users: 6, rounds: 45, seed: 3 }).map((record, index) =>
    record.status === 'ok' ? withOddities(record, index) : record,
  );
  const half = Math.floor(records.length / 2);
  const resumed = run(
    { records: records.slice(0, half), footer: footer({ stoppedBy: 'interrupt' }) },
    {
      header: header({ part: 1, originEpochMs: ORIGIN_EPOCH_MS + 3_600_000 }),
      records: records.slice(half),
    },
  );
  await expect(renderReport(resumed)).toMatchFileSnapshot(golden('resumed.txt'));
});

test('M-58 a closed-loop run that was killed, of an engine that reports no cached tokens', async () => {
  const scenario = {
    ...SCENARIO,
    population: { arrivals: { process: 'closed' as const, concurrency: 8 }, maxInFlight: 4 },
    pacing: { mode: 'interval' as const, pauseSec: 10 },
  };
  const records = sampleRecords({ users: 8 }).map(({ cachedTokens: _, ...record }) => record);
  const killed: Run = {
    parts: [samplePart({ header: header({}, scenario), records, footer: undefined })],
    warnings: ['runs/x/journal.ndjson: line 41, the last, is cut off and was left out'],
  };
  await expect(renderReport(killed)).toMatchFileSnapshot(golden('killed.txt'));
});

test('an engine that tells where cached tokens were, and how long its queue and its prefill took', async () => {
  const records = sampleRecords({ users: 8 }).map((record, index) => ({
    ...record,
    ...(record.cachedTokens !== undefined && {
      externalCachedTokens: index % 2 ? 64 : 0,
      engineQueueMs: index % 7,
      enginePrefillMs: 30 + (index % 11),
    }),
  }));
  await expect(renderReport(run({ records }))).toMatchFileSnapshot(golden('engine-truth.txt'));
});

test('a simulated run in which nothing was sent', async () => {
  const empty = run({
    header: header({ clock: 'virtual', originEpochMs: 0 }),
    records: [],
    footer: { ...footer(), health: undefined, measureEndMs: 0, drainStartMs: 0 },
  });
  await expect(renderReport(empty)).toMatchFileSnapshot(golden('empty.txt'));
});

test('no report has NaN, Infinity, undefined, escape codes or trailing blanks', () => {
  const texts = [
    renderReport(run({})),
    renderReport(run({ records: [] })),
    renderReport(run({ records: [turnRecord()], footer: undefined })),
    renderReport(run({ records: [bare('unsent')], footer: undefined })),
    renderReport(run({ records: [bare('ok')] })),
  ];
  for (const text of texts) {
    expect(text).not.toMatch(/NaN|Infinity|undefined|\u001b| $/m);
  }
});

test('two partitions are reported as the one run that they are', () => {
  const records = sampleRecords();
  const part = (remainder: number) =>
    run({ records: records.filter(({ userId }) => userId % 2 === remainder) });
  const { time: _, ...merged } = summarise(mergeRuns([part(0), part(1)]));
  const { time: __, ...whole } = summarise(run({ records }));
  expect(merged).toEqual(whole);
  expect(renderReport(mergeRuns([part(0), part(1)]))).toContain('merged from 2 run folders');
});

test('the ideal of a turn that a resume sent counts the turn that the first part sent', () => {
  const none = { cachedTokens: undefined };
  const first = turnRecord({ turns: 2, sentMs: 90_000, ...none });
  const second = turnRecord({ turns: 2, turn: 1, sentMs: 10, inputTokens: 1100, ...none });
  const later = header({ part: 1, originEpochMs: ORIGIN_EPOCH_MS + 3_600_000 });
  const resumed = run({ records: [first] }, { header: later, records: [second] });
  expect(summarise(resumed).rounds.map(({ idealShare }) => idealShare)).toEqual([0, 1040 / 1100]);
});

test('the ideal goes by the block size that the engine tells on its page', () => {
  const turns = [
    turnRecord({ turns: 2, inputTokens: 1000, outputTokens: 10, cachedTokens: 0 }),
    turnRecord({ turns: 2, turn: 1, sentMs: 5000, inputTokens: 1100, cachedTokens: 0 }),
  ];
  const text = 'vllm:cache_config_info{block_size="528",engine="0"} 1.0\n';
  const told = run({ records: turns, enginePages: { first: { atMs: 0, text }, last: undefined } });
  // 1009 tokens were there: 63 blocks of 16, and one of 528.
  expect(summarise(run({ records: turns }))).toMatchObject({
    ...{ idealBlockTokens: 16, idealCachedShare: 1008 / 2100 },
  });
  expect(summarise(told)).toMatchObject({ idealBlockTokens: 528, idealCachedShare: 528 / 2100 });
});

test.each([
  ['none', 1024 / 2080, undefined],
  ['salt', 0, 'salt' as const],
  ['marker', 0, 'marker' as const],
])('a resume with --isolate %s can find what it could find', (_how, share, isolation) => {
  const records = [turnRecord({ inputTokens: 1040, sharedTokens: 0, cachedTokens: 0 })];
  const later = { part: 1, originEpochMs: ORIGIN_EPOCH_MS + 3_600_000 };
  const isolated = header({ ...later, ...(isolation && { isolation }) });
  const { idealCachedShare } = summarise(run({ records }, { header: isolated, records }));
  expect(idealCachedShare).toBe(share);
});

test('the engine of a part that had one of its own has nothing of the other parts', () => {
  const records = [turnRecord({ inputTokens: 1040, sharedTokens: 0, cachedTokens: 0 })];
  const embedded = { ...SCENARIO, target: { url: 'embedded' } };
  const later = { part: 1, originEpochMs: ORIGIN_EPOCH_MS + 3_600_000 };
  const parts = [{}, later].map((fields) => ({ header: header(fields, embedded), records }));
  const { idealCachedShare } = summarise(run(...parts));
  expect(idealCachedShare).toBe(0);
});

test('what was found in the cache was there: the ideal is no less', () => {
  const alike = turnRecord({ turns: 1, inputTokens: 1000, sharedTokens: 0, cachedTokens: 640 });
  expect(summarise(run({ records: [alike] })).idealCachedShare).toBe(0.64);
});

test('partitions that several versions have played are merged with a warning', () => {
  const other = run({ header: header({ confab: '9.9.9' }) });
  expect(mergeRuns([run({}), other]).warnings).toEqual([
    `several versions of confab made it: ${header().confab}, 9.9.9`,
  ]);
});

test('turns that waited for something else than the client are late without blame', () => {
  const records = sampleRecords().map((record) => ({
    ...record,
    intendedMs: record.intendedMs! - 400,
  }));
  const text = renderReport(run({ records }));
  expect(text).toMatch(/^The client kept up/);
  expect(text).toContain('Turns were sent late (p90 401.1 ms) for other reasons');
});

test('the lateness is judged where the journal does not say when a turn was ready', () => {
  const records = sampleRecords().map(({ readyMs: _, ...record }) => ({
    ...record,
    intendedMs: record.intendedMs! - 400,
  }));
  expect(renderReport(run({ records }))).toMatch(/^WARNING/);
});

test('a scenario of another version is not guessed at', () => {
  const text = renderReport(run({ header: header({ scenario: { strange: true } }) }));
  expect(text).toContain('another version wrote the scenario');
});

function withOddities(record: TurnRecord, index: number): TurnRecord {
  const base = { ...record, firstOutputMs: record.firstTokenMs! + 200, reasoningTokens: 20 };
  if (index % 40 === 7) return { ...base, attempts: 3, firstAttemptMs: 20 };
  if (index % 40 === 11) return { ...base, reconnects: 1 };
  if (index % 40 === 13) return bare('connect', record, 'connect ECONNREFUSED 127.0.0.1:8000');
  if (index % 40 === 17) return bare('cancelled', record, 'the run was interrupted');
  if (index % 40 === 19) return bare('unsent', record, 'an earlier turn failed');
  if (index % 40 === 23) return { ...base, tokensFrom: 'local' };
  return base;
}

function bare(status: TurnRecord['status'], of = turnRecord(), reason?: string): TurnRecord {
  const { userId, turn, turns, phase } = of;
  return {
    ...{ userId, turn, turns, phase, status, reconnects: 0, chunks: 0 },
    attempts: status === 'unsent' ? 0 : 1,
    ...(reason !== undefined && { reason }),
  };
}
