import type { Scenario } from '../scenario/schema.ts';
import { type Arrival, gapSampler, openArrivals, streamOfArrivals } from './arrivals.ts';
import type { Source } from './population.ts';

/**
 * Who is to come in this run. `played` are the users whose conversations an earlier part of the run has
 * finished: they are left out, and the others come in the same order at the times of a fresh start.
 */
export function sourceOf(scenario: Scenario, played: ReadonlySet<number> = new Set()): Source {
  const { arrivals } = scenario.population;
  if (arrivals.process === 'closed') {
    const slots = Array.from({ length: arrivals.concurrency }, (_, slot) =>
      slotUsers(scenario, slot, arrivals.concurrency, played),
    );
    return { loop: 'closed', slots };
  }
  if (played.size === 0) return { loop: 'open', arrivals: openArrivals(scenario) };
  return { loop: 'open', arrivals: remaining(scenario, played) };
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

function* remaining(scenario: Scenario, played: ReadonlySet<number>): Generator<Arrival> {
  const { arrivals } = scenario.population;
  if (arrivals.process === 'closed') return;
  const gapMs = gapSampler(arrivals);
  const rng = streamOfArrivals(scenario);
  let dueMs = 0;
  for (const arrival of openArrivals(scenario)) {
    if (played.has(arrival.userId)) continue;
    yield { ...arrival, dueMs };
    dueMs += gapMs(rng);
  }
}
