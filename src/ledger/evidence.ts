import { lookUpTimes } from './look-up-time.ts';
import type { RunReference } from './run-references.ts';
import { type Held, type Lookup, type Place, Stack } from './stack.ts';

/** What is known about where a request's prefix ended, and why. Places are absent where there is no such block. */
export interface Evidence {
  readonly reference: RunReference;
  /** When the engine looked into its cache. */
  readonly lookUpMs: number;
  /** The last block that it found, and the first of its ideal that it did not. */
  readonly found?: Place;
  readonly lost?: Place;
  /** The same of the GPU alone, where the engine tells what came from below. */
  readonly foundOnGpu?: Place;
  readonly lostOnGpu?: Place;
  /** What an LRU cache of so many blocks would have found, in tokens. */
  readonly tokensIn: (capacityBlocks: number) => number;
  /** With a capacity: what the engine would have found, by its GPU and what is below it. */
  readonly predictedTokens?: number;
}

export interface EvidenceOptions {
  readonly blockTokens: number;
  /** Which replica served a request, where that is told. */
  readonly replicaOf?: ((reference: RunReference) => string | undefined) | undefined;
}

interface Event {
  readonly atMs: number;
  readonly by: number;
  readonly isEnd: boolean;
}

/** In the order of the references. */
export function evidenceOf(
  references: readonly RunReference[],
  options: EvidenceOptions,
): Evidence[] {
  const stacks = new Map<unknown, Map<unknown, Stack>>();
  const stackOf = (reference: RunReference): Stack => {
    let ofKey = stacks.get(reference.cacheKey);
    if (!ofKey) stacks.set(reference.cacheKey, (ofKey = new Map()));
    const replica = options.replicaOf?.(reference);
    let stack = ofKey.get(replica);
    if (!stack) ofKey.set(replica, (stack = new Stack()));
    return stack;
  };
  const evidence: Evidence[] = new Array(references.length);
  for (const { by, isEnd, atMs } of eventsOf(references)) {
    const reference = references[by]!;
    const stack = stackOf(reference);
    const held = heldBy(by, reference);
    if (isEnd) stack.end(held, atMs);
    else {
      const lookup = stack.lookUp(held, atMs);
      evidence[by] = { reference, lookUpMs: atMs, ...placesOf(reference, lookup, options) };
    }
  }
  return evidence;
}

function heldBy(by: number, { names, promptBlocks, record, offsetMs, endMs }: RunReference): Held {
  const firstTokenMs = record.firstTokenMs === undefined ? endMs : record.firstTokenMs + offsetMs;
  return { by, names, promptBlocks, firstTokenMs, endMs };
}

/** Ends before what begins at the same time. */
function eventsOf(references: readonly RunReference[]): Event[] {
  const lookUpMsOf = lookUpTimes(references);
  const events = references.flatMap((reference, by): Event[] => [
    { atMs: lookUpMsOf(reference), by, isEnd: false },
    { atMs: reference.endMs, by, isEnd: true },
  ]);
  return events.sort((a, b) => a.atMs - b.atMs || Number(b.isEnd) - Number(a.isEnd) || a.by - b.by);
}

function placesOf(
  { record, ideal, promptBlocks, inputTokens }: RunReference,
  lookup: Lookup,
  { blockTokens }: EvidenceOptions,
): Omit<Evidence, 'reference' | 'lookUpMs'> {
  const { cachedTokens, externalCachedTokens } = record;
  const idealBlocks = Math.min(promptBlocks, ideal.answers / blockTokens);
  const around = (tokens: number | undefined) => {
    if (tokens === undefined) return {};
    const blocks = Math.floor(tokens / blockTokens);
    const found = blocks > 0 ? lookup.at(Math.min(blocks, promptBlocks) - 1) : undefined;
    const lost = blocks < idealBlocks ? lookup.at(blocks) : undefined;
    return { ...(found && { found }), ...(lost && { lost }) };
  };
  const all = around(cachedTokens);
  const isTold = cachedTokens !== undefined && externalCachedTokens !== undefined;
  const gpu = isTold ? around(cachedTokens - externalCachedTokens) : all;
  return {
    ...all,
    ...(gpu.found && { foundOnGpu: gpu.found }),
    ...(gpu.lost && { lostOnGpu: gpu.lost }),
    tokensIn: (capacityBlocks) =>
      blockTokens *
      Math.min(lookup.foundIn(capacityBlocks), Math.floor((inputTokens - 1) / blockTokens)),
  };
}
