/** What is read from a server's pages, whatever the engine calls it. */
interface CounterRow {
  readonly kind: 'counter';
  readonly unit: 'tokens' | 'requests' | 'blocks' | 'chunks' | 'bytes' | 's' | 'times';
  readonly says: string;
}

interface GaugeRow {
  readonly kind: 'gauge';
  readonly unit: 'requests' | 'share' | 'tokens' | 'blocks' | 'bytes';
  /** What several engines have together: a sum; of shares the fullest; of a setting what all have alike. */
  readonly over: 'sum' | 'max' | 'same';
  readonly says: string;
}

interface HistogramRow {
  readonly kind: 'histogram';
  readonly unit: 's';
  readonly says: string;
}

const counter = <Unit extends CounterRow['unit']>(unit: Unit, says: string) =>
  ({ kind: 'counter', unit, says }) as const satisfies CounterRow;
const gauge = <Unit extends GaugeRow['unit'], Over extends GaugeRow['over']>(
  unit: Unit,
  over: Over,
  says: string,
) => ({ kind: 'gauge', unit, over, says }) as const satisfies GaugeRow;
const times = (says: string) =>
  ({ kind: 'histogram', unit: 's', says }) as const satisfies HistogramRow;

export const QUANTITIES = {
  succeeded: counter('requests', 'that ended by themselves'),
  aborted: counter('requests', 'that were given up, by the client or by an error'),
  promptTokens: counter('tokens', 'of prompts past their prefill'),
  generatedTokens: counter('tokens', 'generated'),
  cachedTokens: counter('tokens', 'of prompts that were not computed, wherever they lay'),
  computedTokens: counter('tokens', 'of prompts that were computed'),
  localHitTokens: counter('tokens', "of prompts that lay in the GPU's prefix cache"),
  externalHitTokens: counter('tokens', 'of prompts that lay below the GPU'),
  tierHitTokens: counter('tokens', 'of prompts that were not computed, by where they lay'),
  lookedUpTokens: counter('tokens', 'looked up in the prefix cache of the GPU'),
  externalLookedUpTokens: counter('tokens', 'looked up below the GPU'),
  reusedBlocks: counter('blocks', 'of prompts found in the cache, where blocks are counted'),
  missedBlocks: counter('blocks', 'of prompts not found in it'),
  tierHits: counter('chunks', 'found, by tier'),
  tierQueries: counter('chunks', 'looked up, by tier'),
  preemptions: counter('times', 'that a request had to give its blocks back'),
  storedBytes: counter('bytes', 'copied from the GPU'),
  loadedBytes: counter('bytes', 'copied to the GPU'),
  storeSec: counter('s', 'of copying from the GPU, transfers added up'),
  loadSec: counter('s', 'of copying to the GPU, transfers added up'),
  storedTokens: counter('tokens', 'stored below the GPU'),
  loadedTokens: counter('tokens', 'loaded from below the GPU'),
  storeFailures: counter('times', 'that something was not stored for want of room'),
  storesSkipped: counter('times', 'that something was not stored, as it was seen too rarely'),
  evictedBlocks: counter('blocks', 'whose content gave way, by memory'),
  evictedTokens: counter('tokens', 'whose content gave way on the GPU'),
  running: gauge('requests', 'sum', 'in the running batch'),
  waiting: gauge('requests', 'sum', 'that wait to be admitted'),
  kvUsage: gauge('share', 'max', 'of the KV cache that requests hold'),
  transferUsage: gauge('share', 'max', 'of the memory below the GPU that transfers hold'),
  tierUsage: gauge('share', 'max', 'of a tier that holds content'),
  tierUsedBytes: gauge('bytes', 'sum', 'of content in a tier'),
  tierUsedTokens: gauge('tokens', 'sum', 'of content in a tier'),
  tierCapacityBytes: gauge('bytes', 'sum', 'that a tier has room for'),
  tierCapacityTokens: gauge('tokens', 'sum', 'that a tier has room for'),
  capacityBlocks: gauge('blocks', 'sum', 'of the KV cache on the GPU'),
  blockTokens: gauge('tokens', 'same', 'of a block'),
  capacityTokens: gauge('tokens', 'sum', 'that the KV cache on the GPU has room for'),
  queueSec: times('from queued to scheduled'),
  prefillSec: times('from scheduled to the first token'),
  decodeSec: times('from the first token to the last'),
  blockLifetimeSec: times('of blocks of the GPU: from stored to evicted'),
  blockIdleSec: times('from stored or last found to evicted'),
  blockReuseGapSec: times('between the last times that an evicted block was found'),
} as const satisfies Record<string, CounterRow | GaugeRow | HistogramRow>;

export type Quantity = keyof typeof QUANTITIES;

type OfKind<Of> = {
  [Name in Quantity]: (typeof QUANTITIES)[Name] extends { kind: Of } ? Name : never;
}[Quantity];

export type CounterName = OfKind<'counter'>;
export type GaugeName = OfKind<'gauge'>;
export type HistogramName = OfKind<'histogram'>;

type Kind = (typeof QUANTITIES)[Quantity]['kind'];

/** The names of a kind, in the order of the table. */
export function namesOf<Of extends Kind>(kind: Of): readonly OfKind<Of>[] {
  return QUANTITY_NAMES.filter((name): name is OfKind<Of> => QUANTITIES[name].kind === kind);
}

export const QUANTITY_NAMES = Object.keys(QUANTITIES) as readonly Quantity[];
