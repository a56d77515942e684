import { type Clock, SystemClock } from '../../base/clock.ts';
import { printableLines } from '../../base/printable.ts';
import type { Companion } from '../../play/companion.ts';
import type { Observer } from '../../play/observer.ts';
import type { TurnRecord } from '../../record/record.ts';
import { intervalLine } from '../../report/interval.ts';
import { type Now, soFarText, statusText } from '../../report/so-far.ts';
import type { Run } from '../../run/run.ts';
import { kvUsageOf } from '../../server/page.ts';
import { SoFar } from '../../stats/so-far.ts';
import type { Interrupts } from './interrupts.ts';
import { columnsOf } from './screen.ts';
import { clearStatus, hasStatus, say, showStatus } from './stderr.ts';

const STATUS_EVERY_MS = 1000;
/** Simulated seconds may pass in no time: a screen is not drawn more often than this. */
const DRAWN_EVERY_MS = 100;
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

/**
 * Tells on stderr how a run goes, as stdout is for the report; signals end it. A terminal has a bar and the
 * numbers so far; elsewhere there is a line every log interval.
 */
export function consoleObserver(options: ConsoleOptions): Observer {
  const { clock, companion, interrupts, isVerbose, isQuiet } = options;
  const lagToldMs = new Map<number, number>();
  const soFar = new SoFar();
  let run: Run | undefined;
  let kvUsage: number | undefined;
  let stopStatus = (): void => {};
  /** undefined: it has not begun. */
  const now = () => run && { ...run.state(), goals: run.ends, kvUsage };
  return {
    notice: (line) => {
      if (!isQuiet || line.startsWith('warning:')) say(printableLines(line));
    },
    expected: (line) => say(line, { event: 'expected' }),
    scraped(page) {
      // A cache that is empty before the run says nothing of it.
      if (run) kvUsage = kvUsageOf(page) ?? kvUsage;
    },
    started(started) {
      run = started;
      interrupts.began(run, say, options.drainTimeoutSec);
      if (!hasStatus() || isQuiet) return;
      stopStatus = drawing(clock, () => showStatus(status(soFar, clock, now()!)));
    },
    recorded(record) {
      const isWarmup = record.phase === 'warmup';
      soFar.add(record, isWarmup && !!run && run.state().phase !== 'warmingUp');
      if (isVerbose && record.status !== 'unsent') say(recordLine(record), requestTold(record));
    },
    interval(summary) {
      const own = companion?.intervalText?.(summary, clock.originEpochMs);
      const { goals = {}, measureStartMs = 0, ...rest } = now() ?? {};
      const far = soFar.at(clock.now(), measureStartMs, goals);
      const told = { event: 'interval', interval: summary, soFar: { ...far, kvUsage } };
      if (own !== undefined) say(own, told);
      // A terminal has it in its last lines already.
      else if (!hasStatus()) {
        const more = soFarText(far, goals, rest as Now);
        say([intervalLine(summary), ...(more ? [more] : [])].join('; so far '), told);
      }
    },
    lagging(userId, lagMs) {
      if (!companion?.lagText) return;
      const nowMs = clock.now();
      if (nowMs - (lagToldMs.get(userId) ?? -Infinity) < LAG_EVERY_MS) return;
      lagToldMs.set(userId, nowMs);
      say(companion.lagText(userId, lagMs), { event: 'lag', userId, lagMs });
    },
    ended() {
      interrupts.ended();
      stopStatus();
      clearStatus();
    },
  };
}

type RunNow = Now & { readonly goals: Run['ends']; readonly measureStartMs: number | undefined };

function status(soFar: SoFar, clock: Clock, { goals, measureStartMs, ...now }: RunNow): string {
  const nowMs = clock.now();
  const far = soFar.at(nowMs, measureStartMs ?? nowMs, goals);
  return statusText(far, goals, now, columnsOf(process.stderr));
}

function recordLine({ userId, turn, status, sentMs, ...rest }: TurnRecord): string {
  const sinceSent = (ms: number | undefined): string =>
    ms === undefined || sentMs === undefined ? '-' : `${(ms - sentMs).toFixed(1)} ms`;
  const times = `TTFT ${sinceSent(rest.firstTokenMs)}, latency ${sinceSent(rest.endMs)}`;
  const tokens = `${rest.inputTokens ?? '-'} in, ${rest.outputTokens ?? '-'} out`;
  const reason = rest.reason ? `: ${rest.reason}` : '';
  return `user ${userId} round ${turn + 1} ${status}${reason}, ${times}, ${tokens}`;
}

/** As the journal has it, but for the gaps of its chunks, of which there may be thousands. */
function requestTold({ chunkGapsMs: _, ...record }: TurnRecord) {
  return { event: 'request', record };
}

/** Draws now and every second of the run's clock; returns how to stop. */
function drawing(clock: Clock, draw: () => void): () => void {
  const wall = new SystemClock();
  let drawnMs = -Infinity;
  let timer: unknown;
  const next = (): void => {
    if (wall.now() - drawnMs >= DRAWN_EVERY_MS) {
      drawnMs = wall.now();
      draw();
    }
    timer = clock.setTimeout(next, STATUS_EVERY_MS);
  };
  next();
  return () => clock.clearTimeout(timer);
}
