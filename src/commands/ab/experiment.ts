import { join } from 'node:path';
import { armDifferences } from '../../ab/differences.ts';
import { enginesOf } from '../../ab/engines.ts';
import { conclusionOf } from '../../ab/experiment.ts';
import { experimentPanels } from '../../ab/figure.ts';
import { experimentJson } from '../../ab/json.ts';
import { playerOf } from '../../ab/player.ts';
import { runExperiment } from '../../ab/run-experiment.ts';
import type { Round } from '../../ab/settings.ts';
import { type ExperimentHeader, FILE, keepRound } from '../../ab/state.ts';
import { type Experiment, experimentSections, experimentText } from '../../ab/text.ts';
import { roundLine } from '../../ab/words.ts';
import { SystemClock, sleep } from '../../base/clock.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { writePicture } from '../../figures/picture.ts';
import type { Outcome } from '../../play/played.ts';
import { removedIfBare } from '../../record/bare-folder.ts';
import { LOCK_FILE, lockRun } from '../../record/run-lock.ts';
import { withoutSecrets } from '../../scenario/secrets.ts';
import type { Flag } from '../flags/flag-table.ts';
import { type PageWriter, pageWriter } from '../page/page-file.ts';
import { apiKeyOf, networkOf, playOnConsole } from '../play.ts';
import { noteInterrupts } from '../terminal/interrupts.ts';
import { livePageEndsAs } from '../terminal/live.ts';
import { exitCodeOf, presentProblems } from '../terminal/present.ts';
import { reportColumns } from '../terminal/screen.ts';
import { say } from '../terminal/stderr.ts';
import type { AbFlags } from './flags.ts';
import { begun, type Opened, resumed } from './opened.ts';

/** Plays an experiment, or what is left of one, prints what came of it, and returns the exit code. */
export async function playExperiment(
  file: string | undefined,
  flags: AbFlags,
  rows: readonly Flag[],
): Promise<number> {
  const opened =
    flags.resume === undefined ? await begun(file, flags, rows) : resumed(flags.resume, flags);
  const writePage = pageWriter(flags, 'ab.html');
  const lock = lockRun(opened.dir);
  try {
    const { rounds, outcome } = await played(opened, flags);
    return await presented(opened, { rounds, outcome, writePage }, flags);
  } catch (error) {
    // An engine that is not there: a folder of an experiment of which nothing was played is of no use.
    if (flags.resume === undefined) removedIfBare(opened.dir, [FILE, LOCK_FILE]);
    throw error;
  } finally {
    lock.release();
  }
}

async function played({ dir, engines: made, header, arms, rounds }: Opened, flags: AbFlags) {
  const { settings, word, isolation, isSimulated } = header;
  const clock = new SystemClock();
  const interrupts = noteInterrupts();
  const engines = enginesOf({
    ...made,
    ...{ arms, dir, clock, startSecMax: flags.startTimeout },
    apiKey: apiKeyOf(arms.a, flags.apiKey),
    network: networkOf(process.env),
    isGivenUp: interrupts.has,
  });
  const playStep = playerOf({
    ...{ arms, dir, word, isolation },
    prepare: engines.prepare,
    async play(scenario, workload) {
      const options = { scenario, workload, apiKey: flags.apiKey, isSimulated };
      const run = await playOnConsole({ ...options, isQuiet: true }, { hasIntervals: false });
      presentProblems(run);
      return run;
    },
  });
  try {
    return await runExperiment(settings, rounds, {
      slo: arms.a.slo,
      playStep,
      played(round, all) {
        keepRound(dir, round);
        say(roundLine(round, all, settings));
      },
      async isInterrupted() {
        await sleep(clock, 0);
        return interrupts.has();
      },
      say,
    });
  } finally {
    interrupts.stop();
    await engines.stop();
  }
}

async function presented(
  { dir, header, arms }: Opened,
  {
    rounds,
    outcome,
    writePage,
  }: { rounds: readonly Round[]; outcome: Outcome; writePage: PageWriter | undefined },
  { json, figure, wide }: AbFlags,
): Promise<number> {
  const { name, isSimulated, settings } = header;
  const differences = armDifferences(withoutSecrets(arms.a), withoutSecrets(arms.b));
  const experiment: Experiment = {
    ...{ name, isSimulated, settings, rounds, outcome, dir },
    differences: [...differences, ...commandDifferences(header)],
  };
  const text = experimentJson(experiment);
  writeWhole(join(dir, 'ab.json'), [text]);
  if (json === '-') process.stdout.write(text);
  else process.stdout.write(`${experimentText(experiment, reportColumns(wide))}\n`);
  if (json !== undefined && json !== '-') writeWhole(json, [text]);
  const panels = experimentPanels(settings, rounds);
  for (const path of [join(dir, 'difference.svg'), ...(figure === undefined ? [] : [figure])]) {
    await writePicture(path, panels);
  }
  const page = {
    title: `A against B: ${name}`,
    chapters: [
      { id: 'verdict', title: 'Verdict', sections: experimentSections(experiment) },
      { id: 'rounds', title: 'Rounds', figures: panels },
    ],
    madeBy: 'Made by confab ab. It needs no network and no other file.',
  };
  await writePage?.(dir, page);
  livePageEndsAs(async () => page);
  const { isExpected } = conclusionOf(settings, rounds);
  return exitCodeOf({ outcome: outcome === 'ok' && !isExpected ? 'failed' : outcome });
}

function commandDifferences({ engines: { commands } }: ExperimentHeader) {
  return commands.a === commands.b ? [] : [{ path: 'command', a: commands.a, b: commands.b }];
}
