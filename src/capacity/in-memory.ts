import { VirtualClock } from '../base/clock.ts';
import { refuseEndless } from '../play/endless.ts';
import { runHeader } from '../play/run-header.ts';
import { openSimulated } from '../play/target.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { NOT_ENDED, type RunEnd, startRun } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import { openWorkload } from '../workload/load.ts';

/** Plays a scenario in virtual time against the engine in this process; nothing is written. */
export async function playedInMemory(asked: Scenario): Promise<Run> {
  const scenario: Scenario = {
    ...asked,
    // Whole answers: nothing is asked of single tokens but the first, and they are most of the work.
    target: { ...asked.target, url: 'embedded' },
    output: { ...asked.output, keepChunkGaps: false },
  };
  const clock = new VirtualClock();
  const [workload, target] = await Promise.all([
    openWorkload(scenario, {}),
    openSimulated(scenario, clock),
  ]);
  const records: TurnRecord[] = [];
  const ends: RunEnd[] = [];
  try {
    refuseEndless(scenario, workload);
    startRun({
      scenario,
      clock,
      transport: target.transport,
      workload,
      record: (record) => records.push(record),
      onDone: (end) => ends.push(end),
    });
    await clock.runInSlices();
  } finally {
    await target.close();
  }
  const [end] = ends;
  if (!end) throw new Error(NOT_ENDED);
  const header = runHeader({ scenario, clock, workload, target, part: 0 });
  return { parts: [{ header, records, footer: { ...end, health: undefined } }], warnings: [] };
}
