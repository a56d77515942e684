import type { TurnRecord } from '../../record/record.ts';
import { breakdownText } from './breakdown.ts';
import { type Description, describe, descriptionText, fixed } from './describe.ts';
import { type GeneratorSettings, generatorParameters } from './generator-text.ts';
import {
  type MultiTurnDefinition,
  type MultiTurnNames,
  multiTurnStats,
  type RequestStats,
} from './request.ts';

/** What the statistics need to know beside the records. */
export interface MultiTurnSettings extends MultiTurnNames {
  readonly definition: MultiTurnDefinition;
  readonly model: string;
  readonly numClients: number;
  readonly numConversations: number;
  /** As it was given; undefined: it was not. */
  readonly activeConversations: number | undefined;
  readonly seed: number | string;
  /** Named if above 0, as the tool does. */
  readonly minTokens?: number;
  readonly maxTokens?: number;
  /** Of generated conversations. */
  readonly generator?: GeneratorSettings;
  /** Adds `time_between_user_turns_sec`. */
  readonly verbose: boolean;
  /** For each, a table without this share of the samples that started first; see `warmupShares`. */
  readonly warmupShares: readonly number[];
  /** Most columns of a line, of what the tool does not print; default: those of paper. */
  readonly columns?: number;
}

/** A completed request, with what the tool adds to its fields. */
export interface Sample extends RequestStats {
  readonly start_time_ms: number;
  /** Since the previous request of its conversation started; with --verbose only. */
  readonly time_between_user_turns_sec?: number | null;
  readonly end_time_ms: number;
}

/** One summary: of all samples but a share of the first. */
export interface StatisticsBlock {
  readonly title: string;
  /** runtime_sec, requests_per_sec and, after a warm-up step, its runtime. */
  readonly parameters: readonly (readonly [name: string, value: number])[];
  readonly description: Description;
}

type Parameter = readonly [name: string, value: string | number | undefined];

export const SEPARATOR = '-'.repeat(100);

const ROWS = [
  'ttft_ms',
  'tpot_ms',
  'latency_ms',
  'input_num_turns',
  'input_num_tokens',
  'output_num_tokens',
  'output_num_chunks',
] as const satisfies readonly (keyof RequestStats)[];

const PRECISION = 2;

/** The text that the tool prints, then ours: by turn, by conversation, cached share, failures. */
export function multiTurnText(records: readonly TurnRecord[], settings: MultiTurnSettings): string {
  const { generator } = settings;
  const samples = samplesOf(records, settings);
  const blocks = statisticsBlocks(samples, records, settings);
  return [
    SEPARATOR,
    'Parameters:',
    ...testParameters(settings).map(([name, value]) => `${name}=${value ?? 'None'}`),
    ...(generator ? ['Conversations Generation Parameters:'] : []),
    ...(generator ? generatorParameters(generator) : []).map(([name, text]) => `${name}=${text}`),
    SEPARATOR,
    ...(blocks.length ? blocks.map(blockText) : ['No samples to process', SEPARATOR]),
    breakdownText(records, settings),
  ].join('\n');
}

/** Model, clients, conversations and so on, under the tool's names. */
export function testParameters(settings: MultiTurnSettings): Parameter[] {
  const { minTokens = 0, maxTokens = 0 } = settings;
  return [
    ['model', settings.model],
    ['num_clients', settings.numClients],
    ['num_conversations', settings.numConversations],
    ['active_conversations', settings.activeConversations],
    ['seed', settings.seed],
    ...(minTokens > 0 ? [['min_tokens', minTokens] as const] : []),
    ...(maxTokens > 0 ? [['max_tokens', maxTokens] as const] : []),
  ];
}

/** The measured, completed requests in the order in which they started. */
export function samplesOf(records: readonly TurnRecord[], settings: MultiTurnSettings): Sample[] {
  const samples = records
    .filter(({ phase, status }) => phase === 'measure' && status === 'ok')
    .map((record) => sampleOf(multiTurnStats(record, settings.definition, settings)))
    .sort((a, b) => a.start_time_ms - b.start_time_ms);
  return settings.verbose ? withPauses(samples) : samples;
}

/** One for each warm-up share; none if there are no samples. */
export function statisticsBlocks(
  samples: readonly Sample[],
  records: readonly TurnRecord[],
  settings: MultiTurnSettings,
): StatisticsBlock[] {
  const { warmupShares, definition } = settings;
  if (!samples.length) return [];
  const percentiles = percentileShares(samples.length);
  const warmupSec = warmupRuntimeSec(records);
  return warmupShares.map((share) => {
    // Subtle: rounded down, as the tool does.
    const kept = samples.slice(Math.trunc(share * samples.length));
    const runtimeSec = runtimeMs(kept, definition) / 1000;
    return {
      title:
        share > 0 || warmupShares.length > 1
          ? `Statistics summary (assuming ${fixed(100 * share, 0)}% warmup samples):`
          : 'Statistics summary:',
      parameters: [
        ['runtime_sec', runtimeSec],
        ['requests_per_sec', kept.length / runtimeSec],
        ...(warmupSec === undefined
          ? []
          : ([
              ['warmup_runtime_sec', warmupSec],
              ['total_runtime_incl_warmup_sec', runtimeSec + warmupSec],
            ] as const)),
      ],
      description: describe(
        [...ROWS, ...(settings.verbose ? (['time_between_user_turns_sec'] as const) : [])].map(
          (name) => ({ name, values: kept.map((sample) => sample[name] ?? null) }),
        ),
        percentiles,
      ),
    };
  });
}

/** High percentiles only where there are samples enough, warm-up samples included, as the tool has it. */
function percentileShares(count: number): number[] {
  return [
    ...[0.25, 0.5, 0.75, 0.9],
    ...(count >= 100 ? [0.99] : []),
    ...(count >= 1000 ? [0.999] : []),
    ...(count >= 10_000 ? [0.9999] : []),
  ];
}

function blockText({ title, parameters, description }: StatisticsBlock): string {
  return [
    title,
    ...parameters.map(([name, value]) => `${name} = ${fixed(value, 3)}`),
    SEPARATOR,
    descriptionText(description, PRECISION),
    SEPARATOR,
  ].join('\n');
}

function sampleOf(stats: RequestStats): Sample {
  const startMs = stats.start_time_ms ?? 0;
  return { ...stats, start_time_ms: startMs, end_time_ms: startMs + (stats.latency_ms ?? 0) };
}

function withPauses(samples: readonly Sample[]): Sample[] {
  const previousMs = new Map<string, number>();
  return samples.map((sample) => {
    const { conversation_id: id, start_time_ms: startMs } = sample;
    const previous = previousMs.get(id);
    previousMs.set(id, startMs);
    const pauseSec = previous === undefined ? null : (startMs - previous) / 1000;
    return { ...sample, time_between_user_turns_sec: pauseSec };
  });
}

/**
 * From the first start to the last end. The tool's own ends with the request that started last, though
 * others may run on.
 */
function runtimeMs(samples: readonly Sample[], definition: MultiTurnDefinition): number {
  const startMs = samples[0]!.start_time_ms;
  if (definition === 'compat') return samples.at(-1)!.end_time_ms - startMs;
  return samples.reduce((endMs, sample) => Math.max(endMs, sample.end_time_ms), 0) - startMs;
}

/** From the first request of the warm-up to the end of its last; undefined without a warm-up. */
function warmupRuntimeSec(records: readonly TurnRecord[]): number | undefined {
  let startMs = Infinity;
  let endMs = -Infinity;
  for (const { phase, sentMs, endMs: recordEndMs } of records) {
    if (phase !== 'warmup' || sentMs === undefined) continue;
    startMs = Math.min(startMs, sentMs);
    endMs = Math.max(endMs, recordEndMs ?? sentMs);
  }
  return startMs === Infinity ? undefined : (endMs - startMs) / 1000;
}
