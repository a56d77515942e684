import { expect } from 'vitest';
import { type Clock, VirtualClock } from '../../src/base/clock.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import {
  type EarlierParts,
  type Run,
  type RunAccount,
  type RunEnd,
  type RunOptions,
  startRun,
} from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Scenario, ScenarioInput } from '../../src/scenario/schema.ts';
import type { ChatRequest } from '../../src/transport/transport.ts';
import type { Workload } from '../../src/workload/conversation.ts';
import { type Script, ScriptedTransport } from './scripted-transport.ts';
import { smallWorkload } from './small-workload.ts';

export interface Played {
  readonly scenario: Scenario;
  readonly records: TurnRecord[];
  readonly transport: ScriptedTransport;
  readonly clock: VirtualClock;
  readonly lags: { userId: number; lagMs: number }[];
  readonly end: RunEnd;
}

/** Plays a whole run in virtual time. `meanwhile` may set timers on the clock, for interrupts. */
export function playVirtual(
  input: ScenarioInput,
  script?: (request: ChatRequest, index: number) => Script,
  options: {
    meanwhile?: (clock: VirtualClock, run: Run) => void;
    before?: EarlierParts;
    /** Default: a small one, made of the scenario. */
    workload?: Workload;
    player?: RunOptions['player'];
    /** The clock as the run has it: one by which this client is late, for example. */
    seen?: (clock: VirtualClock) => Clock;
  } = {},
): Played {
  const scenario = parseScenario(input);
  const clock = new VirtualClock();
  const seen = options.seen?.(clock) ?? clock;
  const transport = new ScriptedTransport(seen, script);
  const records: TurnRecord[] = [];
  const lags: Played['lags'] = [];
  const ended: { end: RunEnd; account: RunAccount }[] = [];
  const run = startRun({
    scenario,
    clock: seen,
    transport,
    workload: options.workload ?? smallWorkload(scenario),
    record: (record) => records.push(record),
    lagging: (userId, lagMs) => lags.push({ userId, lagMs }),
    before: options.before,
    player: options.player,
    onDone: (end, account) => ended.push({ end, account }),
  });
  options.meanwhile?.(clock, run);
  clock.run();
  expect(ended).toHaveLength(1);
  const { end, account } = ended[0]!;
  expect(account).toEqual({ planned: records.length, defect: undefined });
  return { scenario, records, transport, clock, lags, end };
}

/** Turns per user in the order of the records, each ended in exactly one record. */
export function assertOneRecordEach(records: readonly TurnRecord[]): void {
  const seen = new Set<string>();
  for (const { phase, userId, turn } of records) {
    const key = `${phase}/${userId}/${turn}`;
    if (seen.has(key)) throw new Error(`two records for ${key}`);
    seen.add(key);
  }
}
