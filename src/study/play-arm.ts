import { VirtualClock } from '../base/clock.ts';
import { goesByPriority } from '../engine/schedule/policy.ts';
import { openSimulated } from '../play/target.ts';
import type { TurnRecord } from '../record/record.ts';
import { startRun } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import { latencyFromIntendedMs } from '../stats/latency.ts';
import type { Workload } from '../workload/conversation.ts';
import type { Arm } from './arms.ts';
import { withPredictions } from './predicted.ts';

/** What came of one run, milliseconds of each answered request. */
export interface ArmRun {
  /** From when it was due to the end of the answer. */
  readonly latenciesMs: Float64Array;
  /** From when the engine had it to when it was first admitted. */
  readonly waitsMs: Float64Array;
  readonly failed: number;
}

/** Plays one arm of one seed in virtual time; nothing is written. */
export async function playArm(scenario: Scenario, workload: Workload, arm: Arm): Promise<ArmRun> {
  const played = armScenario(scenario, arm);
  const clock = new VirtualClock();
  const { transport, close } = await openSimulated(played, clock);
  const records: TurnRecord[] = [];
  try {
    startRun({
      scenario: played,
      clock,
      transport,
      workload: withPredictions(workload, scenario, arm.sigma),
      record: (record) => records.push(record),
      onDone() {},
    });
    await clock.runInSlices();
  } finally {
    await close();
  }
  return runOf(records.filter(({ phase }) => phase === 'measure'));
}

/** What is due, said and answered is the same in all arms; who goes first is not. */
function armScenario(scenario: Scenario, { policy }: Arm): Scenario {
  const { priority: _, ...sampling } = scenario.sampling;
  const { priorityOrder } = scenario.engine;
  const ordered = goesByPriority(policy)
    ? { ...sampling, priority: 'expected' as const, priorityOrder }
    : sampling;
  return {
    ...scenario,
    sampling: ordered,
    // Whole answers: nothing is asked of single tokens, and they are most of the work.
    target: { ...scenario.target, url: 'embedded', stream: false },
    output: { ...scenario.output, keepChunkGaps: false },
    engine: { ...scenario.engine, policy, reportRequestMetrics: true },
  };
}

function runOf(records: readonly TurnRecord[]): ArmRun {
  const ok = records.filter(({ status }) => status === 'ok');
  const sorted = (of: (record: TurnRecord) => number | undefined): Float64Array =>
    Float64Array.from(ok.flatMap((record) => of(record) ?? [])).sort();
  return {
    latenciesMs: sorted(latencyFromIntendedMs),
    waitsMs: sorted(({ engineQueueMs }) => engineQueueMs),
    failed: records.length - ok.length,
  };
}
