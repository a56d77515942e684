import type { Scenario } from '../scenario/schema.ts';
import { type Arrival, gapSampler, openArrivals, streamOfArrivals } from './arrivals.ts';
import { isShareOf, shareOf } from './partition.ts';
import type { Source } from './population.ts';

/**
 * Who is to come in this run. `played` are the users whose conversations an earlier part of the run has
 * finished: they are left out, and the others come in the same order at the times of a fresh start.
 * `traceMs` is when each is due, for arrivals that go by it. A partition's share comes when it comes in the
 * whole; how much of another partition's has been played before is not known to it.
 */
export function sourceOf(
  scenario: Scenario,
  played: ReadonlySet<number> = new Set(),
  traceMs?: readonly number[],
): Source {
  const { arrivals, partition, firstUserId } = scenario.population;
  if (arrivals.process === 'closed') {
    const slots = Array.from({ length: arrivals.concurrency }, (_, slot) =>
      slotUsers(scenario, slot, arrivals.concurrency, played),
    ).filter((_, slot) => isShareOf(partition, slot));
    return { loop: 'closed', slots };
  }
  const whole = openArrivals(scenario, traceMs);
  const left = played.size === 0 ? whole : remaining(scenario, played, whole);
  return {
    loop: 'open',
    arrivals: shareOf(partition, left, ({ userId }) => userId - firstUserId),
  };
}

/** Users of one slot: named by (slot, k), so that who plays what does not depend on who finishes first. */
function* slotUsers(
  { population }: Scenario,
  slot: number,
  slots: number,
  played: ReadonlySet<number>,
): Generator<number> {
  const { users = Infinity, firstUserId } = population;
  for (let index = slot; index < users; index += slots) {
    if (!played.has(firstUserId + index)) yield firstUserId + index;
  }
}

function* remaining(
  scenario: Scenario,
  played: ReadonlySet<number>,
  all: Iterable<Arrival>,
): Generator<Arrival> {
  const { arrivals } = scenario.population;
  if (arrivals.process === 'closed') return;
  if (arrivals.process === 'trace') {
    yield* fromFirst(played, all);
    return;
  }
  const gapMs = gapSampler(arrivals);
  const rng = streamOfArrivals(scenario);
  let dueMs = 0;
  for (const arrival of all) {
    if (played.has(arrival.userId)) continue;
    yield { ...arrival, dueMs };
    dueMs += gapMs(rng);
  }
}

/** A trace has its own times: the first that is left comes at once, the others as long after it as ever. */
function* fromFirst(played: ReadonlySet<number>, all: Iterable<Arrival>): Generator<Arrival> {
  let firstMs: number | undefined;
  for (const arrival of all) {
    if (played.has(arrival.userId)) continue;
    firstMs ??= arrival.dueMs;
    yield { ...arrival, dueMs: arrival.dueMs - firstMs };
  }
}
