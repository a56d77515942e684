import type { VirtualClock } from '../../base/clock.ts';
import type { EngineRequest, ServingEngine } from '../../engine/serving.ts';
import { type Played, timesOf } from './replay.ts';

/** A request that was sent once, to be sent again. */
export interface SentRequest {
  readonly key: string | number;
  readonly startMs: number;
  readonly request: EngineRequest;
  /** Those of one wait for the answer before them; default: for none. */
  readonly conversation?: string | number | undefined;
  /** When it had been answered. */
  readonly endMs?: number | undefined;
}

export interface AgainOptions {
  /** Its answers came as a whole. */
  readonly isWhole?: boolean;
}

/**
 * Every request when it was sent, whatever became of those before it; but not before the answer before it is there, and
 * then after as long a pause as it was. What a change of the engine's constants does to one request so goes no further
 * than to those that are served beside it, where a run that is played as its scenario says takes another course for
 * good: a least-squares fit needs the first.
 *
 * @param requests in order of their start
 */
export async function playedAgain(
  requests: readonly SentRequest[],
  serving: ServingEngine,
  clock: VirtualClock,
  { isWhole = false }: AgainOptions = {},
): Promise<Played> {
  const played = new Map<
    string | number,
    Played extends ReadonlyMap<unknown, infer V> ? V : never
  >();
  const originMs = requests[0]?.startMs ?? 0;
  const { first, nextOf } = chained(requests);
  const send = (one: SentRequest): void => {
    const atMs = clock.now();
    let [firstMs, tokens] = [0, 0];
    const over = (): void => {
      const next = nextOf.get(one);
      if (!next) return;
      const pauseMs = Math.max(0, next.startMs - (one.endMs ?? one.startMs));
      const dueMs = Math.max(next.startMs - originMs, clock.now() + pauseMs);
      clock.setTimeout(() => send(next), dueMs - clock.now());
    };
    serving.submit(one.request, {
      onToken(_id, _text, nowMs) {
        if (tokens++ === 0) firstMs = nowMs;
      },
      onEnd({ cachedTokens, outputTokens }, nowMs) {
        const times = timesOf(atMs, isWhole ? nowMs : firstMs, nowMs, outputTokens);
        played.set(one.key, { ...times, cachedTokens });
        over();
      },
      onError: over,
    });
  };
  for (const one of first) clock.setTimeout(() => send(one), one.startMs - originMs - clock.now());
  await clock.runInSlices();
  return played;
}

/** The first of every conversation, and which comes after which. */
function chained(requests: readonly SentRequest[]) {
  const nextOf = new Map<SentRequest, SentRequest>();
  const last = new Map<string | number, SentRequest>();
  const first: SentRequest[] = [];
  for (const one of requests) {
    const before = one.conversation === undefined ? undefined : last.get(one.conversation);
    if (before) nextOf.set(before, one);
    else first.push(one);
    if (one.conversation !== undefined) last.set(one.conversation, one);
  }
  return { first, nextOf };
}

/**
 * Of a closed loop, which begins a conversation when another has ended: those that so follow each other are one. Which
 * of two that ended was followed by which does not matter.
 */
export function inPlaces(requests: readonly SentRequest[]): SentRequest[] {
  const lastOf = new Map(requests.map((one) => [one.conversation, one]));
  const placeOf = new Map<unknown, string>();
  const left: { readonly endMs: number; readonly place: string }[] = [];
  return requests.map((one) => {
    let place = placeOf.get(one.conversation);
    if (place === undefined) {
      const at = left.findLastIndex(({ endMs }) => endMs <= one.startMs);
      place = at < 0 ? `place ${placeOf.size}` : left.splice(at, 1)[0]!.place;
      placeOf.set(one.conversation, place);
    }
    if (lastOf.get(one.conversation) === one && one.endMs !== undefined) {
      left.push({ endMs: one.endMs, place });
      left.sort((a, b) => a.endMs - b.endMs);
    }
    return { ...one, conversation: place };
  });
}
