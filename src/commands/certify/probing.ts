import { SystemClock } from '../../base/clock.ts';
import { counted } from '../../base/counted.ts';
import { UsageError } from '../../base/errors.ts';
import { watchBusy } from '../../base/health.ts';
import { processLimits } from '../../base/process-limits.ts';
import { type Certificate, certificateOf } from '../../certify/certificate.ts';
import { STREAMS_MAX, USUAL_PLAN } from '../../certify/certifier.ts';
import { type Load, type LoadErrors, probeGrid } from '../../certify/grid.ts';
import { openProber } from '../../certify/prober.ts';
import { streamsOf } from '../../play/streams.ts';
import { parseScenario } from '../../scenario/load.ts';
import { openWorkload } from '../../workload/load.ts';
import type { Flag } from '../flags/flag-table.ts';
import { scenarioOf } from '../scenario/scenario-of.ts';
import { listenForInterrupts } from '../terminal/interrupts.ts';
import { say } from '../terminal/stderr.ts';
import { type CertifyFlags, CHUNK_RATES, STREAMS } from './flags.ts';

/** Probes this client; a line on stderr for every load. Interrupted, it says what was found until then. */
export async function certificateFor(
  file: string | undefined,
  rows: readonly Flag[],
  flags: CertifyFlags,
): Promise<{ certificate: Certificate; isInterrupted: boolean }> {
  const scenario =
    file === undefined ? parseScenario({}) : await scenarioOf({ file, rows, flags, isSent: false });
  const own =
    file === undefined
      ? []
      : [ownLoad(streamsOf(scenario, await openWorkload(scenario)), flags.quiet)];
  const { streams: counts = STREAMS, chunkRate: rates = CHUNK_RATES } = flags;
  const grid = rates.flatMap((chunkRate) => counts.map((streams) => ({ streams, chunkRate })));
  const loads = [...own, ...grid];
  refuseTooMany(loads);
  const interrupts = listenForInterrupts();
  const prober = await openProber(scenario, new SystemClock());
  try {
    const found = await probeGrid(prober, {
      loads,
      forMs: flags.for * 1000,
      busy: watchBusy(),
      done: (row) => void (flags.quiet || say(lineOf(row), { event: 'load', load: row })),
      givenUp: interrupts.givenUp,
    });
    const [load] = found;
    const judged = own.length && load ? { name: scenario.name, load } : undefined;
    return {
      certificate: certificateOf(found.slice(own.length), flags.limit, judged),
      isInterrupted: interrupts.has(),
    };
  } finally {
    interrupts.stop();
    await prober.close();
  }
}

function ownLoad(streams: number, isQuiet: boolean | undefined): Load {
  if (streams > STREAMS_MAX && !isQuiet) {
    say(
      `notice: the scenario may have ${streams} requests in flight; ${STREAMS_MAX} are probed, as one process does not serve more well`,
    );
  }
  return { streams: Math.min(streams, STREAMS_MAX), chunkRate: 1000 / USUAL_PLAN.gapMs };
}

function lineOf({ streams, chunkRate, errors }: LoadErrors): string {
  const found = errors
    ? `TTFT ${errors.ttftMs.p50} ms p50, ${errors.ttftMs.p99} p99`
    : 'no probe had an answer';
  return `${counted(streams, 'stream')} of ${chunkRate} chunks/s: ${found}`;
}

const FILES_RESERVED = 32;

/** Both ends of each stream are this process's. */
function refuseTooMany(loads: readonly Load[]): void {
  const streams = Math.max(...loads.map((load) => load.streams));
  const { openFiles = Infinity, openNow = 0 } = processLimits();
  const most = Math.floor((openFiles - openNow - FILES_RESERVED) / 2);
  if (streams <= most) return;
  throw new UsageError(
    `${streams} streams at a time need two open files each, and this process may have ${openFiles}: expected at most ${most} (--streams), or a higher limit, as with ulimit -n ${2 * streams + 100}`,
  );
}
