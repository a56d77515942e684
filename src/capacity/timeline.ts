import type { Served } from './served.ts';

/** What happens to a cache, in the order of time. */
export interface CacheEvent {
  readonly atMs: number;
  /** grow: the next slot of its chain is taken while it answers. */
  readonly kind: 'release' | 'grow' | 'admit';
  readonly request: number;
  /** Of `grow`. */
  readonly slot: number;
}

/** Of what happens at once: a place that is given back can be taken again. */
const RANK = { release: 0, grow: 1, admit: 2 } as const;

/** Slots that a request holds at its admission, and at its end. The last token of an answer is never fed back. */
export function slotsOf(
  { inputTokens, outputTokens }: Served,
  blockTokens: number,
): [first: number, last: number] {
  const fedTokens = inputTokens + Math.max(0, outputTokens - 1);
  return [Math.ceil(inputTokens / blockTokens), Math.ceil(fedTokens / blockTokens)];
}

/** Slots of the largest request: no smaller cache could have run it. */
export function largestNeed(caches: readonly (readonly Served[])[], blockTokens: number): number {
  let need = 1;
  for (const served of caches) {
    for (const one of served) need = Math.max(need, slotsOf(one, blockTokens)[1]);
  }
  return need;
}

interface Timeline {
  readonly served: readonly Served[];
  readonly blockTokens: number;
  readonly events: readonly CacheEvent[];
}

/** By the times of admission: sorting a run costs as much as going through it. */
const known = new WeakMap<ArrayLike<number>, Timeline>();

/** Of requests that were admitted at these times. An answer grows evenly. */
export function timelineOf(
  served: readonly Served[],
  admittedMs: ArrayLike<number>,
  blockTokens: number,
): readonly CacheEvent[] {
  const one = known.get(admittedMs);
  if (one && one.served === served && one.blockTokens === blockTokens) return one.events;
  const events = made(served, admittedMs, blockTokens);
  known.set(admittedMs, { served, blockTokens, events });
  return events;
}

function made(
  served: readonly Served[],
  admittedMs: ArrayLike<number>,
  blockTokens: number,
): CacheEvent[] {
  const events: CacheEvent[] = [];
  served.forEach((one, request) => {
    const { inputTokens, outputTokens, firstTokenMs, endMs } = one;
    events.push({ atMs: admittedMs[request]!, kind: 'admit', request, slot: 0 });
    const [first, last] = slotsOf(one, blockTokens);
    const perTokenMs = (endMs - firstTokenMs) / Math.max(1, outputTokens - 1);
    for (let slot = first; slot < last; slot++) {
      const atMs = firstTokenMs + (slot * blockTokens - inputTokens) * perTokenMs;
      events.push({ atMs, kind: 'grow', request, slot });
    }
    events.push({ atMs: endMs, kind: 'release', request, slot: 0 });
  });
  return events.sort(
    (a, b) => a.atMs - b.atMs || RANK[a.kind] - RANK[b.kind] || a.request - b.request,
  );
}
