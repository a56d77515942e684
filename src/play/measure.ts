import { onBreakdown } from '../base/breakdown.ts';
import { type Clock, VirtualClock } from '../base/clock.ts';
import type { DelaySeries } from '../base/delay-series.ts';
import { errorText } from '../base/errors.ts';
import { watchHealth } from '../base/health.ts';
import { watchLate } from '../base/late-watch.ts';
import type { Certifier } from '../certify/certifier.ts';
import type { Journal } from '../record/journal.ts';
import type { RunPart } from '../record/journal-reader.ts';
import type { LateWindow, RunFooter, TurnRecord } from '../record/record.ts';
import { CLIENT_LIMITS } from '../report/verdict.ts';
import {
  type EarlierParts,
  NOT_ENDED,
  type Run,
  type RunAccount,
  type RunEnd,
  type RunOptions,
  startRun,
} from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Transport } from '../transport/transport.ts';
import type { Workload } from '../workload/conversation.ts';
import type { Companion } from './companion.ts';
import { watchIntervals } from './intervals.ts';
import type { Observer } from './observer.ts';
import { startReady } from './ready.ts';
import { recounting } from './recount.ts';

/** A run that is ready to start. */
export interface Measurement {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly workload: Workload;
  readonly transport: Transport;
  readonly before: EarlierParts | undefined;
  /** Where records go; told once if they cannot be written. */
  readonly openJournal: (onFailure: (error: Error) => void) => Journal;
  /** What is said of what was measured, if the program breaks down. */
  readonly keptText: string;
  readonly companion: Companion | undefined;
  readonly observer: Observer;
  /** Probes beside the run; absent: none were asked for. */
  readonly certifier?: Certifier | undefined;
  /** When it begins on its clock, where that is appointed; default: as soon as it is ready. */
  readonly beginMs?: number | undefined;
  readonly player?: RunOptions['player'];
  /** Where this process plays a partition beside others. */
  readonly together?: RunOptions['together'];
  /** Others play it, who say themselves how they fare; default: this process does. */
  readonly crew?: Crew | undefined;
  /** Takes secrets out of what the server said; undefined where none says anything, in simulated time. */
  readonly strike: ((text: string) => string) | undefined;
}

/** Those who play a run for this process, ready to begin. */
export interface Crew {
  start(options: CrewRun): Run;
  close(): Promise<void>;
}

/** A run that others play: what they say of themselves is in its end. */
export interface CrewRun extends Omit<RunOptions, 'transport' | 'onDone'> {
  /** When it begins, where that is appointed. */
  readonly beginMs: number | undefined;
  onDone(end: CrewEnd, account: RunAccount): void;
  /** One of them is lost, in one line. */
  onLost(line: string): void;
}

export type CrewEnd = RunEnd & Partial<ClientFooter>;

/** What is known of a run beside its journal. */
export interface Measured {
  /** Why the journal could not be written in full, if so. */
  readonly journalError: string | undefined;
  /** Then, what is known of this part all the same. */
  readonly rescued: RunPart | undefined;
  /** Absent if that ended the run out of order. */
  readonly account: RunAccount | undefined;
  /** What went wrong beside, one line each. */
  readonly problems: readonly string[];
}

/** Runs to the end, or until it is stopped. Whatever happens, the journal has all that was measured. */
export async function measure(measurement: Measurement): Promise<Measured> {
  const { scenario, clock, companion, observer, strike } = measurement;
  let client: ReturnType<typeof watchClient> | undefined;
  const problems: string[] = [];
  let run: Run | undefined;
  let account: RunAccount | undefined;
  let journalError: string | undefined;
  const journal = measurement.openJournal((error) => {
    journalError = errorText(error);
    observer.notice?.(`error: the journal cannot be written: ${journalError}`);
    run?.interrupt('unwritable');
  });
  const intervals = watchIntervals(clock, scenario.output.logIntervalSec, observer, () =>
    run?.state(),
  );
  const recount = recounting({
    tokenizer: scenario.conversation.tokenizer,
    isCountingAll: companion?.isCountingItself ?? false,
    pass(record) {
      journal.write(record);
      intervals.add(record);
      observer.recorded?.(record);
    },
    warn: (line) => observer.notice?.(line),
  });
  const forgetRescue = onBreakdown(() => {
    recount.giveUp();
    closeQuietly(journal);
    return measurement.keptText;
  });
  let hasEnded = false;
  // Its timers would keep simulated time going for ever.
  const stopWatching = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    intervals.stop();
    client?.stop();
    observer.ended?.();
  };
  try {
    const end = await ran(measurement, {
      record(made, said) {
        const kept = strike ? struckRecord(made, strike) : made;
        companion?.record?.(kept, said);
        recount.record(kept, said);
      },
      onStarted(started) {
        run = started;
        if (!hasEnded) observer.started?.(run);
      },
      onBegun(originEpochMs) {
        if (hasEnded) return;
        if (originEpochMs !== undefined) journal.beginsAt(originEpochMs);
        if (clock.name === 'system') client = watchClient(clock, measurement.certifier);
      },
      onEnded(ended) {
        stopWatching();
        account = ended;
      },
      onLost(line) {
        problems.push(line);
        observer.notice?.(`error: ${line}`);
      },
    });
    await recount.settled();
    journal.close({ ...end, health: end.health, ...client?.footer() });
  } catch (error) {
    if (journalError === undefined) throw error;
  } finally {
    stopWatching();
    closeQuietly(journal);
    forgetRescue();
  }
  return { journalError, rescued: journal.rescued, account, problems };
}

type ClientFooter = Pick<RunFooter, 'health' | 'certification' | 'lateWindows' | 'loopDelays'>;

/** How the client fares, from now until it is stopped. */
function watchClient(clock: Clock, certifier: Certifier | undefined) {
  const health = watchHealth();
  const late = watchLate(clock, CLIENT_LIMITS.eventLoopDelayP99Ms);
  certifier?.begin();
  let windows: readonly LateWindow[] = [];
  let delays: DelaySeries | undefined;
  let found: ReturnType<Certifier['end']> | undefined;
  return {
    stop() {
      found = certifier?.end();
      const lateness = late.stop();
      ({ delays } = lateness);
      const spans = lateness.spans.map((span) => ({ ...span, cause: 'event loop' as const }));
      windows = [...spans, ...(found?.late ?? [])].sort((a, b) => a.fromMs - b.fromMs);
    },
    footer: (): ClientFooter => ({
      health: health(),
      ...(found?.certification && { certification: found.certification }),
      ...(windows.length && { lateWindows: windows.map(roundedWindow) }),
      ...(delays && { loopDelays: delays }),
    }),
  };
}

function roundedWindow({ fromMs, toMs, cause }: LateWindow): LateWindow {
  return { fromMs: Math.round(fromMs), toMs: Math.round(toMs), cause };
}

/** The record without secrets, whichever field the server has said them in. */
function struckRecord(record: TurnRecord, strike: (text: string) => string): TurnRecord {
  let struck = record;
  for (const [name, value] of Object.entries(record)) {
    if (typeof value !== 'string') continue;
    const kept = strike(value);
    if (kept !== value) struck = { ...struck, [name]: kept };
  }
  return struck;
}

interface Steps {
  readonly record: RunOptions['record'];
  onStarted(run: Run): void;
  /** Time has begun for what this process plays; with where on the wall clock, if that may have changed. */
  onBegun(originEpochMs?: number): void;
  onEnded(account: RunAccount): void;
  onLost(line: string): void;
}

function ran(measurement: Measurement, steps: Steps): Promise<CrewEnd> {
  const { scenario, clock, workload, transport, before, player, together, observer, crew } =
    measurement;
  return new Promise((resolve, reject) => {
    const options = {
      ...{ scenario, clock, workload, before, player, together },
      record: steps.record,
      lagging: observer.lagging?.bind(observer),
      onDone(end: CrewEnd, account: RunAccount) {
        steps.onEnded(account);
        resolve(end);
      },
    };
    const beginMs = together?.startMs ?? measurement.beginMs;
    const beginning = { clock, transport, beginMs };
    const run = crew
      ? crew.start({ ...options, beginMs, onLost: steps.onLost })
      : startReady(beginning, () => startRun({ ...options, transport }), steps.onBegun);
    steps.onStarted(run);
    if (!(clock instanceof VirtualClock)) return;
    clock.runInSlices().then(() => reject(new Error(NOT_ENDED)), reject);
  });
}

/** The journal's trouble was told when it began; closing it again adds nothing. */
function closeQuietly(journal: { close(): void }): void {
  try {
    journal.close();
  } catch {}
}
