import type { RunReference, RunReferences } from '../ledger/run-references.ts';
import type { Served } from './served.ts';

/** They are told apart once a run, for all that is asked of them. */
const known = new WeakMap<RunReferences, Served[][]>();

/** The requests of a run by the cache that served them, each list in the order of sending. */
export function servedBy(references: RunReferences): Served[][] {
  let caches = known.get(references);
  if (!caches) known.set(references, (caches = made(references)));
  return caches;
}

function made({ references, blockTokens }: RunReferences): Served[][] {
  const caches = new Map<unknown, RunReference[]>();
  for (const reference of references) {
    // What was kept apart by a salt was in the same memory all the same.
    const cache = typeof reference.cacheKey === 'string' ? '' : reference.cacheKey;
    const others = caches.get(cache);
    if (others) others.push(reference);
    else caches.set(cache, [reference]);
  }
  return [...caches.values()].map((of) => {
    const renamed = apart(of);
    return of.flatMap((one) => servedOf(one, renamed(one), blockTokens));
  });
}

/** After it was sent: as soon as can be. */
const BEGINS_MS = 1;

/** None of a request without a token. */
function servedOf(
  { record, offsetMs, sentMs, endMs, inputTokens, outputTokens, promptBlocks }: RunReference,
  names: ArrayLike<number>,
  blockTokens: number,
): Served[] {
  const { lastTokenMs, firstTokenMs = lastTokenMs, cachedTokens, externalCachedTokens } = record;
  // An answer that came as a whole does not tell when it began: it grew since it was sent.
  const isWhole = outputTokens > 1 && firstTokenMs === lastTokenMs;
  return [
    {
      ...{ sessionId: record.userId, sayingId: record.replayOf, turn: record.turn },
      ...{ names, promptBlocks },
      ...{ inputTokens, outputTokens, sentMs, endMs },
      isMeasured: record.phase === 'measure',
      foundBlocks: blocksOf(cachedTokens, blockTokens),
      externalBlocks: blocksOf(externalCachedTokens, blockTokens),
      firstTokenMs:
        isWhole || firstTokenMs === undefined ? sentMs + BEGINS_MS : firstTokenMs + offsetMs,
      prefillMs: record.enginePrefillMs,
    },
  ];
}

function blocksOf(tokens: number | undefined, blockTokens: number): number | undefined {
  return tokens === undefined ? undefined : Math.floor(tokens / blockTokens);
}

/** Names of different keys have nothing in common: they are made so here. */
function apart(of: readonly RunReference[]): (one: RunReference) => ArrayLike<number> {
  const starts = new Map<unknown, number>();
  for (const { cacheKey, names } of of) {
    let most = starts.get(cacheKey) ?? 0;
    for (const name of names) most = Math.max(most, name + 1);
    starts.set(cacheKey, most);
  }
  if (starts.size === 1) return ({ names }) => names;
  let start = 0;
  for (const [key, count] of starts) {
    starts.set(key, start);
    start += count;
  }
  return ({ cacheKey, names }) => names.map((name) => name + starts.get(cacheKey)!);
}
