import { type Json, object, saysSomething } from '../json.ts';
import type { Usage } from '../transport.ts';

type Path = readonly [field: string] | readonly [object: string, field: string];
/** Whole numbers of tokens. */
export type Count = Extract<keyof Usage, `${string}Tokens`>;

/** Where `usage` has a count, in the dialects of OpenAI, DeepSeek, Moonshot, Anthropic and Ollama: the first that is there. */
const COUNTS = {
  inputTokens: [['prompt_tokens'], ['input_tokens'], ['prompt_eval_count']],
  outputTokens: [['completion_tokens'], ['output_tokens'], ['eval_count']],
  cachedTokens: [
    ['prompt_tokens_details', 'cached_tokens'],
    ['input_tokens_details', 'cached_tokens'],
    ['prompt_cache_hit_tokens'],
    ['cache_read_input_tokens'],
    ['cached_tokens'],
    ['num_cached_tokens'],
  ],
  createdCacheTokens: [
    ['prompt_tokens_details', 'created_cache_tokens'],
    ['prompt_tokens_details', 'cache_write_tokens'],
    ['prompt_tokens_details', 'cache_creation_tokens'],
    ['cache_creation_input_tokens'],
  ],
  localCachedTokens: [['prompt_tokens_details', 'local_cached_tokens']],
  externalCachedTokens: [['prompt_tokens_details', 'external_cached_tokens']],
  hostCachedTokens: [],
  storageCachedTokens: [],
  reasoningTokens: [
    ['completion_tokens_details', 'reasoning_tokens'],
    ['output_tokens_details', 'reasoning_tokens'],
    // SGLang counts them beside the others.
    ['reasoning_tokens'],
  ],
} as const satisfies Record<Count, readonly Path[]>;

/** SGLang's `sglext`, which streams in a chunk of its own, tells where the cached tokens were: sums of its tiers. */
const TIERS = {
  cachedTokens: ['device', 'host', 'storage'],
  localCachedTokens: ['device'],
  externalCachedTokens: ['host', 'storage'],
  hostCachedTokens: ['host'],
  storageCachedTokens: ['storage'],
} as const satisfies Partial<Record<Count, readonly string[]>>;

/** vLLM's `PerRequestMetrics`. */
const METRICS = {
  queueMs: 'queue_time_ms',
  prefillMs: 'time_to_first_token_ms',
  generationMs: 'generation_time_ms',
  meanItlMs: 'mean_itl_ms',
  tokensPerSec: 'tokens_per_second',
} as const;

/** More than any context holds: what is above is no count. */
const TOKENS_MAX = 1e9;
/** Of milliseconds and rates, as in journals. */
const AMOUNT_MAX = 1e12;
/** Of what is kept as it was told; vLLM has six. */
const FIELDS_MAX = 16;

export interface UsageRead {
  readonly usage: Usage;
  /** Numbers that were not believed: `prompt_tokens 10.5`. */
  readonly refused: readonly string[];
}

type Draft = { -readonly [Name in keyof Usage]: Usage[Name] };

/** What a chunk or a document tells about the request's cost; undefined if nothing. */
export function readUsage(body: Json, choice: Json): UsageRead | undefined {
  const counts = countsOf(body, choice);
  const { metrics, sglext } = body;
  if (!counts && !saysSomething(metrics) && !saysSomething(sglext)) return undefined;
  const usage: Draft = {};
  const refused: string[] = [];
  readCounts(object(counts), usage, refused);
  readTiers(object(object(sglext)['cached_tokens_details']), usage);
  if (saysSomething(metrics)) readMetrics(object(metrics), usage);
  const isEmpty = Object.keys(usage).length === 0 && refused.length === 0;
  return isEmpty ? undefined : { usage, refused };
}

/** Moonshot has its usage in the choice, Groq in a field of its own. */
function countsOf(body: Json, choice: Json): Json | undefined {
  const found = body['usage'] ?? choice['usage'] ?? object(body['x_groq'])['usage'];
  return saysSomething(found) ? object(found) : undefined;
}

function readCounts(counts: Json, usage: Draft, refused: string[]): void {
  for (const name in COUNTS) {
    for (const path of COUNTS[name as Count]) {
      const outer = counts[path[0]];
      const value = path.length === 1 ? outer : object(outer)[path[1]];
      if (value === undefined || value === null) continue;
      if (isCount(value)) usage[name as Count] = value;
      else refused.push(`${path.at(-1)} ${shown(value)}`);
      break;
    }
  }
  // Anthropic's input leaves out what came from the cache or went into it.
  const isAnthropic =
    'cache_read_input_tokens' in counts || 'cache_creation_input_tokens' in counts;
  if (isAnthropic && !('prompt_tokens' in counts) && usage.inputTokens !== undefined) {
    usage.inputTokens += (usage.cachedTokens ?? 0) + (usage.createdCacheTokens ?? 0);
  }
}

/** Tiers fill in what the counts do not tell; of the tiers the last may be missing. */
function readTiers(tiers: Json, usage: Draft): void {
  if (!isCount(tiers['device']) && !isCount(tiers['host'])) return;
  for (const [name, parts] of Object.entries(TIERS) as [keyof typeof TIERS, readonly string[]][]) {
    const known = parts.map((part) => tiers[part]).filter(isCount);
    if (isCount(tiers[parts[0]!])) usage[name] ??= known.reduce((sum, count) => sum + count, 0);
  }
}

function readMetrics(metrics: Json, usage: Draft): void {
  for (const [name, key] of Object.entries(METRICS) as [keyof typeof METRICS, string][]) {
    const value = metrics[key];
    if (isAmount(value)) usage[name] = value;
  }
  const speculation = Object.entries(object(metrics['speculative_decoding']));
  const told = speculation.filter((entry): entry is [string, number] => isAmount(entry[1]));
  if (told.length) usage.speculativeDecoding = Object.fromEntries(told.slice(0, FIELDS_MAX));
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= AMOUNT_MAX;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= TOKENS_MAX;
}

/** A number or another thing in place of one, short. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? `'${value.slice(0, 20)}'` : 'that is no number';
}
