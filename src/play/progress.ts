import type { Clock } from '../base/clock.ts';
import { isFailure, type TurnRecord } from '../record/record.ts';
import { intervalLine } from '../report/interval.ts';
import type { RunState } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import { Intervals } from '../stats/interval.ts';
import type { Dialect } from './companion.ts';

/** What is shown while a run is under way. All of it goes to stderr: stdout is for the report. */
export interface Progress {
  record(record: TurnRecord): void;
  lagging(userId: number, lagMs: number): void;
  say(line: string): void;
  stop(): void;
}

const STATUS_EVERY_MS = 1000;
/** A user's lag is told at most this often, as multi-round-qa.py does. */
const LAG_EVERY_MS = 10_000;

interface ProgressOptions {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly dialect?: Dialect;
  readonly isVerbose?: boolean;
  /** Without interval summaries. */
  readonly isQuiet?: boolean;
}

export function startProgress(
  { scenario, clock, dialect, isVerbose, isQuiet }: ProgressOptions,
  state: () => RunState | undefined,
): Progress {
  const { stderr } = process;
  const intervals = new Intervals(clock.now());
  const lagToldMs = new Map<number, number>();
  const counts = { ended: 0, failed: 0 };
  const startMs = clock.now();
  let hasStatus = false;

  function say(line: string): void {
    if (hasStatus) stderr.write('\r\x1b[K');
    hasStatus = false;
    stderr.write(`${line}\n`);
  }

  function status(): void {
    const now = state();
    if (!now || !stderr.isTTY) return;
    const sec = Math.round((clock.now() - startMs) / 1000);
    stderr.write(
      `\r\x1b[K${sec} s ${now.phase}: ${now.activeUsers} users active, ${now.inFlight} requests in flight, ${counts.ended} ended, ${counts.failed} failed`,
    );
    hasStatus = true;
  }

  function interval(): void {
    const now = state();
    const summary = intervals.cut(clock.now(), now?.inFlight ?? 0);
    say(dialect?.intervalText?.(summary, clock.originEpochMs) ?? intervalLine(summary));
  }

  const timers = [
    every(clock, STATUS_EVERY_MS, status),
    ...(isQuiet ? [] : [every(clock, scenario.output.logIntervalSec * 1000, interval)]),
  ];

  return {
    say,
    record(record) {
      if (record.status === 'unsent') return;
      counts.ended++;
      if (isFailure(record.status)) counts.failed++;
      if (record.phase === 'measure') intervals.add(record);
      if (isVerbose) say(line(record));
    },
    lagging(userId, lagMs) {
      if (!dialect?.lagText) return;
      const now = clock.now();
      if (now - (lagToldMs.get(userId) ?? -Infinity) < LAG_EVERY_MS) return;
      lagToldMs.set(userId, now);
      say(dialect.lagText(userId, lagMs));
    },
    stop() {
      for (const stop of timers) stop();
      if (hasStatus) stderr.write('\r\x1b[K');
    },
  };
}

function line({ userId, turn, status, firstTokenMs, sentMs, endMs, ...rest }: TurnRecord): string {
  const ttft = firstTokenMs === undefined ? '-' : `${(firstTokenMs - sentMs!).toFixed(1)} ms`;
  const latency =
    endMs === undefined || sentMs === undefined ? '-' : `${(endMs - sentMs).toFixed(1)} ms`;
  const tokens = `${rest.inputTokens ?? '-'} in, ${rest.outputTokens ?? '-'} out`;
  const reason = rest.reason ? `: ${rest.reason}` : '';
  return `user ${userId} round ${turn + 1} ${status}${reason}, TTFT ${ttft}, latency ${latency}, ${tokens}`;
}

function every(clock: Clock, periodMs: number, fn: () => void): () => void {
  let timer: unknown;
  const next = (): void => {
    timer = clock.setTimeout(() => {
      fn();
      next();
    }, periodMs);
  };
  next();
  return () => clock.clearTimeout(timer);
}
