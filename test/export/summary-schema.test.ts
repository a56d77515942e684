import { expect, test } from 'vitest';
import { z } from 'zod';
import { summaryJson } from '../../src/export/summary-json.ts';
import { summaryJsonSchema } from '../../src/export/summary-schema.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { summarise } from '../../src/report/run-summary.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { METRIC_NAMES, METRICS } from '../../src/stats/metrics.ts';
import { TOTALS } from '../../src/stats/totals.ts';
import {
  footer,
  HOST,
  header,
  SCENARIO,
  samplePart,
  sampleRecords,
  turnRecord,
} from '../record/sample.ts';
import { playVirtual } from '../support/play-virtual.ts';

type Json = Record<string, unknown>;
const schema = summaryJsonSchema() as Json;
/** Reads what is printed, so that the JSON Schema itself is tested. */
const reader = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

const summaryOf = (...parts: Parameters<typeof samplePart>[0][]): Json =>
  JSON.parse(summaryJson(summarise({ parts: parts.map(samplePart), warnings: ['odd'] })));

const partition: ScenarioInput = {
  ...SCENARIO,
  population: { ...SCENARIO.population!, partition: { index: 0, of: 2 } },
};
const limited: ScenarioInput = {
  ...SCENARIO,
  thresholds: { maxErrorRate: 0.1, ttftMs: { p95: 300 }, engineQueueMs: { max: 5 } },
};
const told = sampleRecords({ users: 4 }).map((record) => ({
  ...record,
  ...{ externalCachedTokens: 16, engineQueueMs: 3, enginePrefillMs: 40, reasoningTokens: 2 },
}));

test.each<[string, Json]>([
  ['an ordinary run', summaryOf({})],
  ['a run with enough values for 99.99 %', summaryOf({ records: sampleRecords({ users: 60 }) })],
  ['an engine that tells all', summaryOf({ records: told })],
  [
    'nothing sent',
    summaryOf({ records: [], footer: footer({ measureEndMs: 0, drainStartMs: 0 }) }),
  ],
  ['a run that was killed', summaryOf({ footer: undefined })],
  [
    'a known machine, and limits',
    summaryOf({
      header: header({ commandLine: 'confab run a.yaml', host: HOST }, limited),
    }),
  ],
  ['virtual time', summaryOf({ header: header({ clock: 'virtual', originEpochMs: 0 }) })],
  ['a partition', summaryOf({ header: header({}, partition) })],
  ['a resumed run', summaryOf({}, { header: header({ part: 1 }), records: [turnRecord()] })],
  [
    'a scenario of another version',
    summaryOf({ header: header({ scenario: { strange: true } as never }) }),
  ],
  ['failures', summaryOf({ records: [failed('http', { httpStatus: 503, reason: 'busy' })] })],
  ['a played run', playedSummary()],
])('the summary of %s is as the schema says', (_, summary) => {
  const { error } = reader.safeParse(summary);
  expect(error?.issues ?? []).toEqual([]);
});

test.each<[string, (summary: Json) => unknown]>([
  ['a key it does not know', (summary) => ({ ...summary, more: 1 })],
  ['no counts', ({ counts: _, ...summary }) => summary],
  ['an unknown metric', (summary) => withDistribution(summary, 'fooMs', { count: 1 })],
  [
    'a distribution without its mean',
    (summary) => withDistribution(summary, 'ttftMs', { count: 1 }),
  ],
])('the schema refuses %s', (_, spoil) => {
  expect(reader.safeParse(spoil(summaryOf({}))).success).toBe(false);
});

test('every metric, and every number of the whole run, is described in its words', () => {
  const distributions = METRIC_NAMES.map((name) =>
    at(METRICS[name].over === 'conversations' ? `conversations.${name}` : `distributions.${name}`),
  );
  expect(distributions.map(({ description }) => description)).toEqual(
    METRIC_NAMES.map((name) => expect.stringContaining(METRICS[name].says)),
  );
  for (const [path, { says }] of Object.entries(TOTALS)) {
    expect(at(path).description).toBe(says);
  }
});

function at(path: string): { properties?: Record<string, never>; description?: string } {
  return path
    .split('.')
    .reduce((node, key) => node.properties![key]!, schema as ReturnType<typeof at>);
}

function withDistribution(summary: Json, name: string, value: object): Json {
  return { ...summary, distributions: { ...(summary['distributions'] as object), [name]: value } };
}

function failed(status: TurnRecord['status'], more: Partial<TurnRecord>): TurnRecord {
  return turnRecord({ status, firstTokenMs: undefined, ...more });
}

function playedSummary(): Json {
  const { records } = playVirtual({ population: { users: 3, arrivals: { process: 'allAtOnce' } } });
  return summaryOf({ records });
}
