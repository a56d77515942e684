import type { Clock } from '../base/clock.ts';
import { printableLines } from '../base/printable.ts';
import type { Companion } from '../play/companion.ts';
import type { Observer } from '../play/observer.ts';
import { isFailure, type TurnRecord } from '../record/record.ts';
import { intervalLine } from '../report/interval.ts';
import type { Run } from '../run/run.ts';
import type { Interrupts } from './interrupts.ts';

const STATUS_EVERY_MS = 1000;
/** A user's lag is told at most this often, as multi-round-qa.py does. */
const LAG_EVERY_MS = 10_000;

export interface ConsoleOptions {
  readonly clock: Clock;
  readonly drainTimeoutSec: number;
  readonly interrupts: Interrupts;
  readonly companion?: Companion | undefined;
  /** A line for every request. */
  readonly isVerbose?: boolean | undefined;
  /** Only warnings are told. */
  readonly isQuiet?: boolean | undefined;
}

/** Tells on stderr how a run goes, as stdout is for the report; signals end it. */
export function consoleObserver(options: ConsoleOptions): Observer {
  const { clock, companion, interrupts, isVerbose, isQuiet } = options;
  const { say, showStatus, clearStatus } = statusLine();
  const lagToldMs = new Map<number, number>();
  const counts = { ended: 0, failed: 0 };
  let stopStatus = (): void => {};
  return {
    notice: (line) => {
      if (!isQuiet || line.startsWith('warning:')) say(printableLines(line));
    },
    started(run) {
      interrupts.began(run, say, options.drainTimeoutSec);
      if (process.stderr.isTTY && !isQuiet) {
        stopStatus = everySecond(clock, (sec) => showStatus(statusText(run, sec, counts)));
      }
    },
    recorded(record) {
      if (record.status === 'unsent') return;
      counts.ended++;
      if (isFailure(record.status)) counts.failed++;
      if (isVerbose) say(recordLine(record));
    },
    interval(summary) {
      say(companion?.intervalText?.(summary, clock.originEpochMs) ?? intervalLine(summary));
    },
    lagging(userId, lagMs) {
      if (!companion?.lagText) return;
      const nowMs = clock.now();
      if (nowMs - (lagToldMs.get(userId) ?? -Infinity) < LAG_EVERY_MS) return;
      lagToldMs.set(userId, nowMs);
      say(companion.lagText(userId, lagMs));
    },
    ended() {
      interrupts.ended();
      stopStatus();
      clearStatus();
    },
  };
}

/** A last line that is written over, and whole lines that come before it. */
function statusLine() {
  const { stderr } = process;
  let isShown = false;
  function clearStatus(): void {
    if (isShown) stderr.write('\r\x1b[K');
    isShown = false;
  }
  return {
    clearStatus,
    say(line: string): void {
      clearStatus();
      stderr.write(`${line}\n`);
    },
    showStatus(text: string): void {
      stderr.write(`\r\x1b[K${text}`);
      isShown = true;
    },
  };
}

function statusText(run: Run, sec: number, { ended, failed }: { ended: number; failed: number }) {
  const { phase, activeUsers, inFlight } = run.state();
  return `${sec} s ${phase}: ${activeUsers} users active, ${inFlight} requests in flight, ${ended} ended, ${failed} failed`;
}

function recordLine({ userId, turn, status, sentMs, ...rest }: TurnRecord): string {
  const sinceSent = (ms: number | undefined): string =>
    ms === undefined || sentMs === undefined ? '-' : `${(ms - sentMs).toFixed(1)} ms`;
  const times = `TTFT ${sinceSent(rest.firstTokenMs)}, latency ${sinceSent(rest.endMs)}`;
  const tokens = `${rest.inputTokens ?? '-'} in, ${rest.outputTokens ?? '-'} out`;
  const reason = rest.reason ? `: ${rest.reason}` : '';
  return `user ${userId} round ${turn + 1} ${status}${reason}, ${times}, ${tokens}`;
}

/** Calls `tell` with the seconds that have passed; returns how to stop. */
function everySecond(clock: Clock, tell: (sec: number) => void): () => void {
  const startMs = clock.now();
  let timer: unknown;
  const next = (): void => {
    timer = clock.setTimeout(() => {
      tell(Math.round((clock.now() - startMs) / 1000));
      next();
    }, STATUS_EVERY_MS);
  };
  next();
  return () => clock.clearTimeout(timer);
}
