import type { Clock } from '../base/clock.ts';
import type { IsolatedBy } from '../run/isolation.ts';
import type { EarlierParts } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Network } from '../transport/http/proxy.ts';
import type { Workload } from '../workload/conversation.ts';
import type { Crew } from './measure.ts';

/** Where processes come from that play a run together. */
export interface Workers {
  /**
   * How many are to play it; `alone`: why it can be but one, if so.
   * @throws UsageError for more, where it can be but one.
   */
  count(scenario: Scenario, workload: Workload, alone: string | undefined): number;
  /**
   * Starts them, and waits until each is ready to begin.
   * @throws UsageError for what they cannot use; Interrupted.
   */
  gather(asked: CrewAsked): Promise<Crew>;
}

/** What is to be played, and how it reaches its target. */
export interface CrewAsked {
  readonly count: number;
  readonly scenario: Scenario;
  /** As it is said, not yet kept apart from others. */
  readonly workload: Workload;
  /** Of the system, which all processes have. */
  readonly clock: Clock;
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  readonly network: Network | undefined;
  readonly isolatedBy: IsolatedBy | undefined;
  readonly before: EarlierParts | undefined;
  readonly givenUp: AbortSignal | undefined;
  tell(line: string): void;
}

interface Played {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly workers?: Workers | undefined;
  readonly player?: unknown;
  readonly companion?: unknown;
  readonly workload?: unknown;
}

/** How many processes play it; in simulated time, where nobody can be late, and for what is of this process, one. */
export function workersOf(
  { scenario, clock, workers, player, companion, workload }: Played,
  loaded: Workload,
  url: string | undefined,
): number {
  if (clock.name === 'virtual' || !workers) return 1;
  const isOwn = player || companion || workload || url === undefined;
  return workers.count(scenario, loaded, isOwn ? 'this verb plays in one process' : undefined);
}
