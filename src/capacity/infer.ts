import { admissionsOf } from './admissions.ts';
import { type Bound, boundsOf, type Seen } from './bounds.ts';
import { type Posterior, posteriorOf, quantileOf, shortestOf } from './posterior.ts';
import type { Served } from './served.ts';
import { largestNeed } from './timeline.ts';

/** How large a prefix cache is, by what was found in it: of the blocks that requests can use. */
export interface InferredCapacity {
  /** The likeliest number of blocks; where there is no `high`, the least that there are. */
  readonly blocks: number;
  /** It lies from here to `high` with a confidence of 95 %; without `high`, it is at least as much. */
  readonly low: number;
  /** Absent: nothing was evicted that was asked for again, and an endless cache would have looked the same. */
  readonly high?: number;
  /** Nothing was found that only a cache of some size has: `low` is what running requests need. */
  readonly isLowByNeed: boolean;
  /** Requests whose hits the engine reported, and those of them that say anything of the capacity. */
  readonly requests: number;
  readonly telling: number;
  /** Those of them that contradict `blocks`, in the order of sending that contradicts it least. */
  readonly disagreeing: number;
  /** Requests that found what nobody had sent before. */
  readonly strangers: number;
  /** The most blocks that running requests held at once. */
  readonly heldMost: number;
  /** How many requests contradict each capacity, as steps: from `blocks` on. */
  readonly disagreements: readonly { readonly blocks: number; readonly requests: number }[];
  readonly posterior: Posterior;
}

export interface InferenceOptions {
  readonly blockTokens: number;
  /** What of a request was found in the cache that is looked for; default: all that was found. */
  readonly seen?: Seen;
}

const CONFIDENCE = 0.95;
/** Orders of admission that are tried: how far between the earliest and the latest that times allow. */
const ORDERS = [0.15, 0.5, 0.85];
const ONE_ORDER = [0.5];
/** Of more requests than this one order does: what it does not tell is far less than what they do. */
const MANY = 20_000;
/** As far as an endless cache is this likely, there is no end to be seen: a likelihood ratio's 95 %, both sides and one. */
const OPEN_LOG = -1.92;
const ONE_SIDED_LOG = -1.35;
/** Requests that were preempted held less than their times say. */
const HELD_SURELY = 0.65;

/**
 * Infers the capacity of an LRU prefix cache from what requests found in it; `caches` are the requests of one engine
 * each, in the order of sending. undefined: no request tells.
 */
export function inferFrom(
  caches: readonly (readonly Served[])[],
  { blockTokens, seen }: InferenceOptions,
): InferredCapacity | undefined {
  const requests = caches.flat().filter(({ foundBlocks }) => foundBlocks !== undefined).length;
  if (requests === 0) return undefined;
  const isKnown = caches.flat().every(({ prefillMs }) => prefillMs !== undefined);
  const orders = (isKnown || requests > MANY ? ONE_ORDER : ORDERS).map((at) => {
    const seenSo = caches.map((served) =>
      boundsOf(served, admissionsOf(served, at), blockTokens, seen),
    );
    return {
      bounds: seenSo.flatMap(({ bounds }) => bounds),
      heldMost: Math.max(...seenSo.map(({ heldMost }) => heldMost)),
      strangers: seenSo.reduce((sum, { strangers }) => sum + strangers.length, 0),
    };
  });
  const need = largestNeed(caches, blockTokens);
  const heldMost = Math.min(...orders.map((order) => order.heldMost));
  const held = { request: -1, atLeast: Math.floor(HELD_SURELY * heldMost), below: Infinity };
  const all = orders.map(({ bounds }) => [...bounds, held]);
  const posterior = posteriorOf(all, { from: need, to: farthest(all.flat(), need) });
  const interval = intervalOf(posterior, need);
  const curves = orders.map(({ bounds }) => disagreementsOf(bounds));
  const counts = curves.map((curve) => disagreeingAt(curve, interval.blocks));
  const disagreeing = Math.min(...counts);
  return {
    ...interval,
    requests,
    telling: orders[0]!.bounds.filter(({ atLeast, below }) => atLeast > 0 || below < Infinity)
      .length,
    disagreeing,
    strangers: orders[0]!.strangers,
    heldMost,
    disagreements: curves[counts.indexOf(disagreeing)]!,
    posterior,
  };
}

function intervalOf(
  posterior: Posterior,
  need: number,
): Pick<InferredCapacity, 'blocks' | 'low' | 'high' | 'isLowByNeed'> {
  const { sizes, logs, endlessLog } = posterior;
  const isLowByNeed = sizes[0] === need && logs[0]! > OPEN_LOG;
  if (endlessLog > OPEN_LOG) {
    const low = sizes[logs.findIndex((log) => log >= endlessLog + ONE_SIDED_LOG)] ?? need;
    return { blocks: low, low, isLowByNeed };
  }
  const [low, high] = shortestOf(posterior, CONFIDENCE);
  return { blocks: quantileOf(posterior, 0.5), low, high, isLowByNeed };
}

/** A third more than the largest capacity that makes a difference. */
function farthest(bounds: readonly Bound[], need: number): number {
  let most = need;
  for (const { atLeast, below } of bounds) {
    most = Math.max(most, atLeast, below === Infinity ? 0 : below);
  }
  return Math.ceil(1.3 * most) + 1;
}

/** By capacity, where it changes: how many bounds do not hold. */
export function disagreementsOf(bounds: readonly Bound[]): InferredCapacity['disagreements'] {
  const changes = new Map<number, number>();
  const add = (blocks: number, change: number) =>
    changes.set(blocks, (changes.get(blocks) ?? 0) + change);
  let requests = 0;
  for (const { atLeast, below } of bounds) {
    if (atLeast > 0) {
      requests++;
      add(atLeast, -1);
    }
    if (below < Infinity) add(below, 1);
  }
  const curve = [{ blocks: 0, requests }];
  for (const [blocks, change] of [...changes].sort(([a], [b]) => a - b)) {
    requests += change;
    curve.push({ blocks, requests });
  }
  return curve;
}

export function disagreeingAt(
  curve: InferredCapacity['disagreements'],
  capacityBlocks: number,
): number {
  return curve.findLast(({ blocks }) => blocks <= capacityBlocks)?.requests ?? 0;
}
