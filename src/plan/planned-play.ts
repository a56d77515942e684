import type { RunFooter, RunHeader, TurnRecord } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { KvCapacity } from './capacity.ts';
import type { Level } from './level.ts';

/** A scenario as it was played against an engine of fixed latency. */
export interface PlannedPlay {
  readonly scenario: Scenario;
  readonly latency: NonNullable<Scenario['engine']['fixed']>;
  readonly header: RunHeader;
  readonly footer: RunFooter;
  /** Measured requests in the order in which they ended; ideal: what a cache that never forgets would find. */
  readonly requests: readonly {
    readonly record: TurnRecord;
    readonly idealTokens: number | undefined;
  }[];
  readonly live: { readonly conversations: Level; readonly blocks: Level; readonly tokens: Level };
  readonly warmupRequests: number;
  /** Of all prompts, those of the warm-up included. */
  readonly promptBlocks: { readonly all: number; readonly unique: number };
  /** Of the scenario's engine. */
  readonly capacity: KvCapacity;
}
