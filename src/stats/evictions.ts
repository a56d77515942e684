import type { EnginePages } from '../record/engine-pages.ts';
import { type BucketSummary, summariseBuckets } from './buckets.ts';
import { samplesOf } from './exposition.ts';

/**
 * What an engine's caches lost between the first and the last /metrics page of the run, which are read before
 * the warm-up and after the drain. Whatever else it served in that time is in it.
 */
export interface EvictionsSummary {
  /** By the memory that they were in: gpu, cpu, disk, remote. Absent of an engine that does not count them. */
  readonly blocks?: Readonly<Record<string, EvictedBlocks>>;
  /** Of blocks of the GPU, of all or of a sample (vLLM's --kv-cache-metrics-sample): from stored to evicted. */
  readonly lifetimeSec?: BucketSummary;
  /** From stored or last found again to evicted. */
  readonly idleSec?: BucketSummary;
  /** Between the last times that an evicted block was found again. */
  readonly reuseGapSec?: BucketSummary;
}

/** Blocks of the GPU's size whose content gave way to that of other requests. */
export interface EvictedBlocks {
  readonly total: number;
  /** To that of the session that used it last, and to that of another. */
  readonly own: number;
  readonly other: number;
  /** One of the two had no session. */
  readonly unknown: number;
}

/** What a part of a run has seen of its engine. */
export interface WatchedEngine {
  /** undefined: an engine of this part alone. */
  readonly url: string | undefined;
  readonly originEpochMs: number;
  readonly pages: EnginePages | undefined;
}

const BLOCKS = 'confab:kv_evicted_blocks_total';
const TIMES = {
  lifetimeSec: 'vllm:kv_block_lifetime_seconds',
  idleSec: 'vllm:kv_block_idle_before_evict_seconds',
  reuseGapSec: 'vllm:kv_block_reuse_gap_seconds',
} as const;

/** Sums over all series of a name that are alike in these labels: over models and engines. */
type Totals = Map<string, number>;

/** undefined unless every part of the run was told: a sum that lacks a part is no sum. */
export function evictionsOf(watched: readonly WatchedEngine[]): EvictionsSummary | undefined {
  const sum: Totals = new Map();
  const windows = windowsOf(watched);
  if (!windows) return undefined;
  for (const { first, last } of windows) {
    const before = totalsOf(first);
    const after = totalsOf(last);
    if (after.size === 0) return undefined;
    for (const [key, value] of after) {
      const more = value - (before.get(key) ?? 0);
      // The engine was restarted in between: what it had counted before is lost.
      if (more < 0) return undefined;
      sum.set(key, (sum.get(key) ?? 0) + more);
    }
  }
  return summaryOf(sum);
}

interface Window {
  readonly url: string | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly first: string;
  readonly last: string;
}

/** Parts that watched the same engine at the same time, as partitions do, have seen the same: they count once. */
function windowsOf(watched: readonly WatchedEngine[]): Window[] | undefined {
  const all: Window[] = [];
  for (const { url, originEpochMs, pages } of watched) {
    const { first, last } = pages ?? {};
    if (!first || !last) return undefined;
    const [fromMs, toMs] = [originEpochMs + first.atMs, originEpochMs + last.atMs];
    all.push({ url, fromMs, toMs, first: first.text, last: last.text });
  }
  const windows: Window[] = [];
  for (const next of all.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const index = windows.findIndex(
      ({ url, toMs }) => url !== undefined && url === next.url && next.fromMs <= toMs,
    );
    const earlier = windows[index];
    if (!earlier) windows.push(next);
    else if (next.toMs > earlier.toMs) {
      windows[index] = { ...earlier, toMs: next.toMs, last: next.last };
    }
  }
  return windows;
}

const LABELS = ['tier', 'by', 'le'] as const;

function totalsOf(text: string): Totals {
  const totals: Totals = new Map();
  const names = [BLOCKS, ...Object.values(TIMES)];
  const isWanted = (name: string) =>
    !name.endsWith('_created') && names.some((known) => name.startsWith(known));
  for (const { name, labels, value } of samplesOf(text, isWanted)) {
    const key = [name, ...LABELS.flatMap((label) => labels[label] ?? [])].join(' ');
    totals.set(key, (totals.get(key) ?? 0) + value);
  }
  return totals;
}

function summaryOf(totals: Totals): EvictionsSummary {
  const blocks: Record<string, EvictedBlocks> = {};
  for (const key of totals.keys()) {
    const [name, tier] = key.split(' ');
    if (name === BLOCKS) blocks[tier!] ??= blocksIn(totals, tier!);
  }
  const times = Object.entries(TIMES).flatMap(([field, name]) => {
    const summary = timesIn(totals, name);
    return summary ? [[field, summary]] : [];
  });
  return { ...(Object.keys(blocks).length > 0 && { blocks }), ...Object.fromEntries(times) };
}

function blocksIn(totals: Totals, tier: string): EvictedBlocks {
  const by = (evictor: string) => totals.get(`${BLOCKS} ${tier} ${evictor}`) ?? 0;
  const [own, other, unknown] = [by('own'), by('other'), by('unknown')];
  return { total: own + other + unknown, own, other, unknown };
}

function timesIn(totals: Totals, name: string): BucketSummary | undefined {
  const count = totals.get(`${name}_count`);
  if (count === undefined) return undefined;
  const buckets = [...totals].flatMap(([key, upTo]) => {
    const [series, bound] = key.split(' ');
    return series === `${name}_bucket` && bound !== '+Inf' ? [{ bound: Number(bound), upTo }] : [];
  });
  return summariseBuckets({ count, sum: totals.get(`${name}_sum`) ?? 0, buckets });
}
