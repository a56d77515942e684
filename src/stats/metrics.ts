import * as latency from './latency.ts';
import { GROUPS, type Metric, type Population } from './metric.ts';
import { turnsDone } from './progress.ts';

/**
 * Every metric that has a distribution, once. The fold, tables and their legend, summary.json and its
 * schema, thresholds, CSV headings, README and help are made of it. The order is summary.json's.
 */
export const METRICS = {
  ttftMs: {
    label: 'TTFT',
    unit: 'ms',
    over: 'completed',
    group: 'firstToken',
    shown: 'always',
    of: latency.ttftMs,
    says: 'first non-empty content, reasoning or tool-call text, minus sent',
    note: 'never headers or the role chunk',
    source: 'AIPerf, inference-perf',
  },
  ttftFromIntendedMs: {
    label: 'TTFT from intended',
    unit: 'ms',
    over: 'completed',
    group: 'firstToken',
    shown: 'always',
    of: latency.ttftFromIntendedMs,
    says: 'the same text as for TTFT, minus intended',
    note: 'what a user would have waited',
    source: 'wrk2 (coordinated omission)',
  },
  ttfoMs: {
    label: 'TTFO',
    unit: 'ms',
    over: 'completed',
    group: 'output',
    shown: 'ifReasoning',
    of: latency.ttfoMs,
    says: 'first output that is not reasoning, minus sent',
    source: 'AIPerf',
  },
  tpotMs: {
    label: 'TPOT',
    unit: 'ms',
    over: 'completed',
    group: 'output',
    shown: 'always',
    of: latency.tpotMs,
    says: '(latency - TTFT) / (output tokens - 1); answers of one token or one chunk have none',
    source: 'vLLM, inference-perf; AIPerf calls it ITL, and GuideLLM counts the first token in',
  },
  itlMs: {
    label: 'ITL',
    unit: 'ms',
    over: 'completed',
    group: 'output',
    shown: 'always',
    of: latency.itlMs,
    says: '(last chunk - first chunk) / (output tokens - 1); answers of one token or one chunk have none',
    note: 'a mean per request',
    source: 'GuideLLM; the ITL of vLLM is ICL here',
  },
  latencyMs: {
    label: 'latency',
    unit: 'ms',
    over: 'completed',
    group: 'answer',
    shown: 'always',
    of: latency.latencyMs,
    says: 'end of the response minus sent',
    source: 'inference-perf, GuideLLM; AIPerf ends with the last content',
  },
  latencyFromIntendedMs: {
    label: 'latency from intended',
    unit: 'ms',
    over: 'completed',
    group: 'answer',
    shown: 'always',
    of: latency.latencyFromIntendedMs,
    says: 'end of the response minus intended',
    note: 'what the user waited',
    source: 'wrk2 (coordinated omission)',
  },
  engineQueueMs: {
    label: 'engine queue',
    unit: 'ms',
    over: 'completed',
    group: 'firstToken',
    shown: 'ifTold',
    of: (record) => record.engineQueueMs,
    says: 'from queued to scheduled, as the engine reports it, by its own clock',
    source: 'vLLM (request_queue_time)',
  },
  enginePrefillMs: {
    label: 'engine prefill',
    unit: 'ms',
    over: 'completed',
    group: 'firstToken',
    shown: 'ifTold',
    of: (record) => record.enginePrefillMs,
    says: 'from scheduled to the first token, as the engine reports it, by its own clock',
    note: 'TTFT is queue + prefill + API and network',
    source: 'vLLM (request_prefill_time)',
  },
  inputTokens: {
    label: 'input tokens',
    unit: 'tokens',
    over: 'completed',
    group: 'tokens',
    shown: 'always',
    of: (record) => record.inputTokens,
    says: 'of the whole prompt, chat template included, as the server counts',
    source: 'OpenAI API (usage.prompt_tokens)',
  },
  cachedTokens: {
    label: 'cached tokens',
    unit: 'tokens',
    over: 'completed',
    group: 'tokens',
    shown: 'always',
    of: (record) => record.cachedTokens,
    says: 'input tokens that the engine reported to have had in its prefix cache',
    note: 'unknown where it did not report, which is not 0',
    source: 'OpenAI API (usage.prompt_tokens_details.cached_tokens)',
  },
  outputTokens: {
    label: 'output tokens',
    unit: 'tokens',
    over: 'completed',
    group: 'tokens',
    shown: 'always',
    of: (record) => record.outputTokens,
    says: 'of the answer, reasoning included, as the server counts',
    source: 'OpenAI API (usage.completion_tokens)',
  },
  iclMs: {
    label: 'ICL',
    unit: 'ms',
    over: 'gaps',
    group: 'output',
    shown: 'always',
    of: (record) => record.chunkGapsMs,
    says: 'gaps between chunks, pooled; a chunk may hold several tokens',
    source: 'AIPerf; vLLM calls it ITL',
  },
  latenessMs: {
    label: 'lateness',
    unit: 'ms',
    over: 'sent',
    group: 'client',
    shown: 'always',
    of: latency.latenessMs,
    says: 'sent - intended, whoever caused it',
    source: 'inference-perf (schedule_delay)',
  },
  generatorDelayMs: {
    label: 'generator delay',
    unit: 'ms',
    over: 'sent',
    group: 'client',
    shown: 'always',
    of: latency.generatorDelayMs,
    says: 'the part of the lateness that this client caused',
    note: 'above 10 ms at p99 (of few requests: at the highest percentile that they are enough for) the report starts with a warning',
    source: 'confab',
  },
  turnsDone: {
    label: 'turns per conversation',
    unit: 'turns',
    over: 'conversations',
    group: 'conversation',
    shown: 'always',
    of: turnsDone,
    says: 'completed ones, of each conversation with a measured turn',
    note: 'a turn that a resume played again counts once',
    source: 'confab',
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;

type NamesOver<P extends Population> = {
  [Name in MetricName]: (typeof METRICS)[Name]['over'] extends P ? Name : never;
}[MetricName];

export type ConversationMetricName = NamesOver<'conversations'>;
export type RequestMetricName = Exclude<MetricName, ConversationMetricName>;

export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
export const REQUEST_METRICS = METRIC_NAMES.filter(isOfRequests);

/** Group by group, as tables and help have them. */
export const METRICS_AS_PRINTED: readonly MetricName[] = Object.keys(GROUPS).flatMap((group) =>
  METRIC_NAMES.filter((name) => METRICS[name].group === group),
);

export function isOfRequests(name: MetricName): name is RequestMetricName {
  return METRICS[name].over !== 'conversations';
}

/** `TTFT ms`, `TTFT p50 ms`; counts need no unit: `input tokens`. */
export function headingOf(name: MetricName, statistic?: string): string {
  const { label, unit } = METRICS[name];
  return [label, statistic, unit === 'ms' ? unit : undefined].filter(Boolean).join(' ');
}

/** The formula in words, with its note. */
export function definitionOf(name: MetricName): string {
  const { says, note }: Metric = METRICS[name];
  return note === undefined ? says : `${says}; ${note}`;
}
