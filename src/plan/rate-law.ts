import { processOf } from '../population/processes.ts';
import type { Scenario } from '../scenario/schema.ts';
import { constantOf } from '../workload/draw/distribution.ts';

/** multi-round-qa.py: users found in mid-conversation, launch to launch. */
export interface RateLaw {
  readonly rounds: number;
  /** G: between two launches of a user; U: between two joining users; S: from first launch to last. */
  readonly gapSec: number;
  readonly joinEverySec: number;
  readonly aliveSec: number;
  /** N / G, and R / U. */
  readonly nominalPerSec: number;
  readonly offeredPerSec: number;
}

/** undefined where users do not begin in mid-conversation (which takes launches at intervals), or rounds or interval vary. */
export function rateLawOf({ population, pacing, conversation }: Scenario): RateLaw | undefined {
  const { arrivals, rampUp } = population;
  const { usersPerSec } = processOf(arrivals);
  const gapSec = constantOf(pacing.pauseSec);
  const rounds = constantOf(conversation.rounds);
  if (!rampUp || !usersPerSec || !gapSec || rounds === undefined) return undefined;
  return {
    rounds,
    gapSec,
    joinEverySec: 1 / usersPerSec,
    aliveSec: gapSec * (rounds - 1),
    nominalPerSec: rampUp.users / gapSec,
    offeredPerSec: rounds * usersPerSec,
  };
}
