import type { TurnRecord } from '../record/record.ts';
import { POPULATIONS, type RequestMetric } from '../stats/metric.ts';
import { METRICS, REQUEST_METRICS, type RequestMetricName } from '../stats/metrics.ts';
import type { PlannedRequest } from './requests.ts';
import { shortNumber } from './summary-json.ts';

/** What a column holds: `moment` a time of the timeline in ms, `time` a point in Unix time, `list` milliseconds. */
export type ColumnKind = 'text' | 'count' | 'number' | 'moment' | 'time' | 'list';

export type PlannedValue = string | number | readonly number[] | undefined;

export interface PlannedColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** undefined is unknown, and stays empty: never 0. Of a time: Unix time in ms. */
  readonly of: (request: PlannedRequest) => PlannedValue;
}

/** What a record says of itself, in this order; what metrics say stands after it. */
const FIELDS = {
  userId: 'count',
  turn: 'count',
  turns: 'count',
  phase: 'text',
  status: 'text',
  reason: 'text',
  httpStatus: 'count',
  attempts: 'count',
  reconnects: 'count',
  firstAttemptMs: 'number',
  intendedMs: 'moment',
  readyMs: 'moment',
  sentMs: 'moment',
  firstTokenMs: 'moment',
  firstOutputMs: 'moment',
  lastTokenMs: 'moment',
  endMs: 'moment',
  connectMs: 'number',
  retryAfterMs: 'number',
  createdCacheTokens: 'count',
  externalCachedTokens: 'count',
  storageCachedTokens: 'count',
  reasoningTokens: 'count',
  engineGenerationMs: 'number',
  engineMeanItlMs: 'number',
  engineTokensPerSec: 'number',
  engineSpeculation: 'text',
  tokensFrom: 'text',
  maxTokens: 'count',
  sharedTokens: 'count',
  sharedWith: 'count',
  tenantTokens: 'count',
  replayOf: 'count',
  messagesSent: 'count',
  messageTokens: 'count',
  finishReason: 'text',
  responseId: 'text',
  systemFingerprint: 'text',
  responseHeaders: 'text',
  remarks: 'text',
  chunks: 'count',
  reads: 'count',
  firstChunkTokens: 'count',
  chunkGapsMs: 'list',
} as const satisfies Record<
  Exclude<
    keyof TurnRecord,
    RequestMetricName | 'agent' | 'parentUserId' | 'tenant' | 'isCumulative'
  >,
  ColumnKind
>;

type FieldName = keyof typeof FIELDS;

/**
 * A column for everything that is known of a planned request. The names are the journal's and the metrics', as
 * Python writes them. A metric has a value for those requests that the report's has, so that its statistics over
 * `phase = 'measure'` are the report's.
 */
export const PLANNED_COLUMNS: readonly PlannedColumn[] = [
  ...fieldsFrom('userId', 'turns'),
  { name: 'agent_id', kind: 'count', of: ({ record }) => record.agent?.id },
  { name: 'agent_place', kind: 'count', of: ({ record }) => record.agent?.place },
  { name: 'parent_user_id', kind: 'count', of: ({ record }) => record.parentUserId },
  { name: 'tenant', kind: 'text', of: ({ record }) => record.tenant },
  {
    name: 'is_cumulative',
    kind: 'count',
    of: ({ record }) => (record.isCumulative ? 1 : undefined),
  },
  { name: 'part', kind: 'count', of: ({ part }) => part },
  ...fieldsFrom('phase', 'firstAttemptMs'),
  time('intended_at', ({ intendedMs }) => intendedMs),
  time('sent_at', ({ sentMs }) => sentMs),
  ...fieldsFrom('intendedMs', 'retryAfterMs'),
  ...REQUEST_METRICS.filter((name) => METRICS[name].over !== 'gaps').map(metricColumn),
  ...fieldsFrom('createdCacheTokens', 'chunkGapsMs'),
];

function fieldsFrom(first: FieldName, last: FieldName): PlannedColumn[] {
  const names = Object.keys(FIELDS) as FieldName[];
  return names.slice(names.indexOf(first), names.indexOf(last) + 1).map(fieldColumn);
}

function fieldColumn(field: FieldName): PlannedColumn {
  const kind = FIELDS[field];
  const name = snake(field);
  if (kind !== 'moment') return { name, kind, of: ({ record }) => plain(record[field]) };
  return {
    name,
    kind,
    of({ record, offsetMs }) {
      const ms = record[field] as number | undefined;
      return ms === undefined ? undefined : tidy(ms + offsetMs);
    },
  };
}

function metricColumn(name: RequestMetricName): PlannedColumn {
  const { of, over, unit }: RequestMetric = METRICS[name];
  const { has } = POPULATIONS[over];
  return {
    name: snake(name),
    kind: unit === 'ms' ? 'number' : 'count',
    of: ({ record }) => (has(record) ? plain(of(record)) : undefined),
  };
}

function time(name: string, of: (record: TurnRecord) => number | undefined): PlannedColumn {
  return {
    name,
    kind: 'time',
    of({ record, epochMs }) {
      const ms = of(record);
      return ms === undefined || epochMs === undefined ? undefined : tidy(epochMs + ms);
    },
  };
}

/** Lists of texts, and what is an object, as JSON. */
function plain(value: TurnRecord[FieldName] | number | readonly number[]): PlannedValue {
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number') return tidy(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'number')) return value;
  return JSON.stringify(value);
}

/** As summary.json has numbers: without the last bits of a difference. */
function tidy(value: number): number {
  return shortNumber('', value) as number;
}

/** `ttftMs` is `ttft_ms`. */
function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
