import type { TurnRecord } from '../../record/record.ts';
import type { Run } from '../../record/run-folder.ts';
import { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { bucketAt } from '../../stats/time/time-buckets.ts';
import type { Plot } from './figure.ts';
import { overTime, stretchesOf } from './over-time.ts';

/** Of the prompt tokens, in the order in which they lie upon each other. */
export const SOURCES = [
  'GPU cache',
  'cache, of a tier not told',
  'host or remote',
  'storage',
  'computed',
] as const;
type Sources = Readonly<Record<(typeof SOURCES)[number], number>>;

/** Where the prompt tokens of completed requests came from, by when they were sent: shares that add up to 1. */
export function promptTokensBySource({ parts }: Run): Plot {
  const axis = new MeasuredAxis(parts);
  const buckets = stretchesOf(axis);
  const sums = new Map(SOURCES.map((name) => [name as string, new Float64Array(buckets.count)]));
  const all = new Float64Array(buckets.count);
  for (const request of axis.requests()) {
    const { record } = request;
    const atMs = axis.at(record.sentMs, request);
    const sources = record.status === 'ok' ? sourcesOf(record) : undefined;
    if (!sources || atMs === undefined || !all.length) continue;
    const bucket = bucketAt(buckets, atMs);
    all[bucket]! += record.inputTokens!;
    for (const name of SOURCES) sums.get(name)![bucket]! += sources[name];
  }
  const isThere = (values: Float64Array) => values.some((value) => value > 0);
  const plot = overTime(
    axis,
    { label: 'prompt tokens', unit: 'share' },
    [...sums]
      .filter(([, values]) => isThere(values))
      .map(([name, values]) => ({
        name,
        values: Array.from(values, (tokens, bucket) =>
          all[bucket]! > 0 ? tokens / all[bucket]! : undefined,
        ),
      })),
  );
  return {
    ...plot,
    isStacked: true,
    notes: [
      'Of completed requests that say what was cached, by when they were sent.',
      ...plot.notes,
    ],
  };
}

/** Undefined where the engine did not say. What it found below the GPU it tells apart where it can. */
export function sourcesOf(record: TurnRecord): Sources | undefined {
  const { inputTokens, cachedTokens, externalCachedTokens, storageCachedTokens = 0 } = record;
  if (!inputTokens || cachedTokens === undefined) return undefined;
  const cached = Math.min(cachedTokens, inputTokens);
  const below = Math.min(externalCachedTokens ?? 0, cached);
  const storage = Math.min(storageCachedTokens, below);
  const isTold = externalCachedTokens !== undefined;
  return {
    'GPU cache': isTold ? cached - below : 0,
    'cache, of a tier not told': isTold ? 0 : cached,
    'host or remote': below - storage,
    storage,
    computed: inputTokens - cached,
  };
}
