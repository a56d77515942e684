import { SystemClock } from '../base/clock.ts';
import { watchHealth } from '../base/health.ts';
import { openTarget } from '../play/target.ts';
import type { TurnRecord } from '../record/record.ts';
import { startRun } from '../run/run.ts';
import { parseScenario } from '../scenario/load.ts';
import type { ScenarioInput } from '../scenario/schema.ts';
import { openWorkload } from '../workload/load.ts';
import { answerParent, settingsOfChild } from './child.ts';
import { type LongHistory, longHistory } from './long-history.ts';
import { monotonicMs } from './measure.ts';

// A child process: a run as `confab run` plays it, from arrivals to records, without journal and report.

export interface ClientSettings {
  readonly scenario: ScenarioInput;
  /** In place of the scenario's own conversations. */
  readonly history?: LongHistory;
}

/** A record whose times are on the machine's monotonic clock. */
export type TimedRecord = Pick<TurnRecord, 'userId' | 'turn' | 'status' | 'reason'> & {
  readonly intendedMs: number;
  readonly sentMs: number;
  readonly connectMs: number | undefined;
  readonly firstTokenMs: number;
};

const settings = settingsOfChild<ClientSettings>();
const scenario = parseScenario(settings.scenario);
const clock = new SystemClock();
const originMs = monotonicMs() - clock.now();
const { history } = settings;
const workload = history ? longHistory(history) : await openWorkload(scenario);
const { transport } = await openTarget(scenario, clock, undefined);
const records: TimedRecord[] = [];

function timed(record: TurnRecord): TimedRecord {
  const { userId, turn, status, reason, intendedMs, sentMs, connectMs, firstTokenMs } = record;
  const at = (ms: number | undefined): number => originMs + (ms ?? Number.NaN);
  return {
    userId,
    turn,
    status,
    reason,
    intendedMs: at(intendedMs),
    sentMs: at(sentMs),
    connectMs,
    firstTokenMs: at(firstTokenMs),
  };
}

answerParent({
  /** Starts the run; gives its records when it is over. */
  play: () =>
    new Promise<TimedRecord[]>((resolve) => {
      const health = watchHealth();
      startRun({
        scenario,
        clock,
        transport,
        workload,
        record: (record) => records.push(timed(record)),
        onDone() {
          health();
          resolve(records);
        },
      });
    }),
  cpu: () => process.cpuUsage(),
});
