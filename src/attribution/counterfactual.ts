import { VirtualClock } from '../base/clock.ts';
import { openSimulated } from '../play/target.ts';
import type { TurnRecord } from '../record/record.ts';
import { turnKey } from '../record/turn-key.ts';
import { startRun } from '../run/run.ts';
import { parseScenario } from '../scenario/load.ts';
import { withOverrides } from '../scenario/overrides.ts';
import type { Scenario } from '../scenario/schema.ts';
import { openWorkload } from '../workload/load.ts';

/** The requests of a run that was played again, by `turnKey`. */
export type PlayedAgain = ReadonlyMap<number | string, TurnRecord>;

/**
 * Plays a run's scenario in virtual time against the engine in this process, with these settings of it changed
 * (`path=value`). Nothing is written.
 * @throws UsageError for settings that no scenario can have
 */
export async function playedAgain(
  scenario: Scenario,
  settings: readonly string[],
): Promise<PlayedAgain> {
  const { output, target } = scenario;
  const played = parseScenario(
    withOverrides(
      {
        ...scenario,
        target: { ...target, url: 'embedded' },
        output: { ...output, keepChunkGaps: false },
      },
      settings,
    ),
    'the scenario that is played again',
  );
  const clock = new VirtualClock();
  const workload = await openWorkload(played);
  const { transport, close } = await openSimulated(played, clock);
  const records = new Map<number | string, TurnRecord>();
  try {
    startRun({
      scenario: played,
      clock,
      transport,
      workload,
      record: (record) => records.set(turnKey(record), record),
      onDone() {},
    });
    await clock.runInSlices();
  } finally {
    await close();
  }
  return records;
}
