import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { SystemClock, VirtualClock } from '../../base/clock.ts';
import { errorText, UsageError } from '../../base/errors.ts';
import { withoutUrlSecrets } from '../../base/secret.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { writePicture } from '../../figures/picture.ts';
import { accessOf, openSimulated, type Target } from '../../play/target.ts';
import { removedIfBare } from '../../record/bare-folder.ts';
import type { Page } from '../../report/html/page.ts';
import { measure } from '../../report/number.ts';
import { sectionsText } from '../../report/render/text.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { columnsOf, measuresOf } from '../../sweep/columns.ts';
import { FILE, type Ledger } from '../../sweep/ledger.ts';
import { limitedMeasures } from '../../sweep/limits.ts';
import { liveLane } from '../../sweep/live-lane.ts';
import type { Job, JobResult } from '../../sweep/play-point.ts';
import type { Lanes, Surroundings } from '../../sweep/running.ts';
import { threadLanes } from '../../sweep/threads.ts';
import type { PageWriter } from '../page/page-file.ts';
import { apiKeyOf, networkOf, playOnConsole } from '../play.ts';
import { onSignal } from '../terminal/interrupts.ts';
import { livePageEndsAs } from '../terminal/live.ts';
import { exitCodeOf } from '../terminal/present.ts';
import { reportColumns } from '../terminal/screen.ts';
import { say } from '../terminal/stderr.ts';
import type { Asked } from './asked.ts';
import type { SweepFlags } from './flags.ts';
import type { Told } from './told.ts';
import type { Work } from './work.ts';

interface Sweeping {
  readonly asked: Asked;
  readonly work: Work;
  readonly ledger: Ledger;
  readonly flags: SweepFlags;
  /** Where the page of it goes, if there is to be one. */
  readonly writePage: PageWriter | undefined;
}

export async function playSweep({
  asked,
  work,
  ledger,
  flags,
  writePage,
}: Sweeping): Promise<number> {
  const columns = columnsOf(asked.columns);
  const measures = measuresOf([...columns, ...limitedMeasures(asked.scenario.thresholds)]);
  let isInterrupted = false;
  const lanes = lanesOf({ asked, flags, measures, ledger, isInterrupted: () => isInterrupted });
  const stop = onSignal(() => {
    isInterrupted = true;
    // A run against a server drains by itself.
    if (lanes.count > 1) void lanes.close();
  });
  const around: Surroundings = {
    lanes,
    ledger,
    say,
    isInterrupted: () => isInterrupted,
    told: (job, result) => {
      if (!flags.quiet) say(runText(job, result), { event: 'point', point: job.text });
    },
  };
  if (flags.resume !== undefined && asked.keepsCache && asked.isSimulated) {
    say('notice: the engine is a new one: what the runs before have left in its cache is lost');
  }
  try {
    const { told } = await import('./told.ts');
    const all = await told({ asked, work, columns, measures, around });
    const isBegun = flags.resume === undefined;
    const isNothing = isBegun && all.outcome !== 'ok' && ledger.isEmpty();
    if (!isNothing || !removedIfBare(ledger.dir, [FILE])) {
      await show(all, ledger.dir, flags);
      const page = pageOf(all, asked.scenario);
      await writePage?.(ledger.dir, page);
      livePageEndsAs(async () => page);
    }
    const isFailed = all.outcome === 'ok' && all.isInVain;
    return exitCodeOf({ outcome: isFailed ? 'failed' : all.outcome });
  } finally {
    stop();
    await lanes.close();
  }
}

function pageOf({ section, panels }: Told, { name, target }: Scenario): Page {
  const { url, model } = target;
  return {
    title: `Sweep of ${name}`,
    subtitle: [withoutUrlSecrets(url), model && `model ${model}`].filter(Boolean).join(', '),
    chapters: [
      { id: 'table', title: 'Table', sections: [section] },
      { id: 'figures', title: 'Figures', figures: panels },
    ],
    madeBy: 'Made by confab sweep. It needs no network and no other file.',
  };
}

function runText({ text }: Job, { completed, failed, readings }: JobResult): string {
  const ttft = readings['ttftMs.p95'];
  const failures = failed > 0 ? `, ${failed} failed` : '';
  const times = ttft ? `, TTFT p95 ${measure(ttft.value)} ms` : '';
  return `${text}: ${completed} requests${failures}${times}`;
}

interface Played {
  readonly asked: Asked;
  readonly flags: SweepFlags;
  readonly measures: readonly string[];
  readonly ledger: Ledger;
  isInterrupted(): boolean;
}

function lanesOf({ asked, flags, measures, ledger, isInterrupted }: Played): Lanes {
  const { isSimulated, server, isolate, keepsCache = false } = asked;
  const isSeveral = isSimulated && !keepsCache && !isLive(asked);
  const workers = isSeveral ? (flags.workers ?? availableParallelism()) : 1;
  if (workers > 1) return threadLanes(workers, measures);
  const { apiKey } = flags;
  const kept = keepsCache && isSimulated ? keptEngine() : undefined;
  return liveLane({
    measures,
    keepsCache,
    ...(server && { server }),
    access: (scenario: Scenario) =>
      accessOf(scenario.target, apiKeyOf(scenario, apiKey), networkOf(process.env)),
    clock: new SystemClock(),
    dir: ledger.dir,
    nextUserId: ledger.nextUserId(),
    play: (scenario) =>
      playOnConsole(
        { scenario, apiKey, isolate, isSimulated, isQuiet: isSimulated, ...kept?.(scenario) },
        { hasIntervals: false },
      ),
    isInterrupted,
  });
}

/** One engine in virtual time for all runs, that goes on with each. */
function keptEngine() {
  const clock = new VirtualClock();
  let opened: Promise<Target> | undefined;
  let first: string | undefined;
  return (scenario: Scenario) => {
    const settings = JSON.stringify(scenario.engine);
    first ??= settings;
    if (settings !== first) {
      throw new UsageError(
        '--keep-cache: found points whose engines differ; expected one engine for all of them, as it keeps its cache',
      );
    }
    opened ??= openSimulated(scenario, clock);
    return { clock, open: () => opened! };
  };
}

/** A page shows one run at a time. */
function isLive({ scenario }: Asked): boolean {
  return scenario.output.live !== undefined;
}

async function show(told: Told, dir: string, flags: SweepFlags): Promise<void> {
  const json = `${JSON.stringify(told.json, undefined, 2)}\n`;
  writeWhole(join(dir, 'sweep.json'), [json]);
  if (flags.json !== undefined) writeWhole(flags.json, [json]);
  const pictures = [join(dir, 'sweep.svg'), join(dir, 'sweep.png')];
  const drawn: string[] = [];
  for (const path of told.panels.length > 0 ? pictures : []) {
    try {
      await writePicture(path, told.panels);
      drawn.push(path);
    } catch (error) {
      // The numbers are there: a picture that is not is no reason to fail.
      if (!(error instanceof UsageError)) throw error;
      say(`warning: no figure: ${errorText(error)}`);
    }
  }
  if (flags.figure !== undefined && told.panels.length > 0) {
    await writePicture(flags.figure, told.panels);
    drawn.push(flags.figure);
  }
  const text = sectionsText([told.section], reportColumns(flags.wide));
  const figure = drawn.length > 0 ? `Figure: ${drawn.at(-1)}\n` : '';
  process.stdout.write(`${text}\n\n${figure}Runs: ${dir}\n`);
}
