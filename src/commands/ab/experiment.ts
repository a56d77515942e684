import { join } from 'node:path';
import { armDifferences, controlsFor } from '../../ab/differences.ts';
import { enginesOf } from '../../ab/engines.ts';
import { conclusionOf } from '../../ab/experiment.ts';
import { experimentPanels } from '../../ab/figure.ts';
import { experimentJson } from '../../ab/json.ts';
import { playerOf } from '../../ab/player.ts';
import { runExperiment } from '../../ab/run-experiment.ts';
import type { Side } from '../../ab/schedule.ts';
import type { Round, Settings } from '../../ab/settings.ts';
import { beginState, type ExperimentHeader, keepRound, readState } from '../../ab/state.ts';
import { type Experiment, experimentText } from '../../ab/text.ts';
import { roundLine } from '../../ab/words.ts';
import { SystemClock } from '../../base/clock.ts';
import { UsageError } from '../../base/errors.ts';
import { version } from '../../base/version.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { writePicture } from '../../figures/picture.ts';
import type { Outcome } from '../../play/played.ts';
import { createRunFolder } from '../../record/run-folder.ts';
import { lockRun } from '../../record/run-lock.ts';
import { parseOverridden } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { withoutSecrets } from '../../scenario/secrets.ts';
import { type Flag, settingsOf } from '../flags/flag-table.ts';
import { targetFlags } from '../flags/flags.ts';
import { apiKeyOf, playOnConsole } from '../play.ts';
import { noteInterrupts } from '../terminal/interrupts.ts';
import { exitCodeOf, presentProblems } from '../terminal/present.ts';
import { reportColumns } from '../terminal/screen.ts';
import { say } from '../terminal/stderr.ts';
import { armsOf } from './arms.ts';
import { type AbFlags, controlNames, ROUNDS_MAX } from './flags.ts';

type Arms = Readonly<Record<Side, Scenario>>;

interface Opened {
  readonly dir: string;
  readonly header: ExperimentHeader;
  readonly arms: Arms;
  readonly rounds: readonly Round[];
}

/** Plays an experiment, or what is left of one, prints what came of it, and returns the exit code. */
export async function playExperiment(
  file: string | undefined,
  flags: AbFlags,
  rows: readonly Flag[],
): Promise<number> {
  const opened =
    flags.resume === undefined ? await begun(file, flags, rows) : resumed(flags.resume, flags);
  const lock = lockRun(opened.dir);
  try {
    const { rounds, outcome } = await played(opened, flags);
    return await presented(opened, { rounds, outcome }, flags);
  } finally {
    lock.release();
  }
}

async function begun(
  file: string | undefined,
  flags: AbFlags,
  rows: readonly Flag[],
): Promise<Opened> {
  const isSimulated = flags.simulate ?? false;
  const arms = await armsOf(file, rows, flags, !isSimulated);
  const engines = {
    commands: {
      ...(flags.aCommand !== undefined && { a: flags.aCommand }),
      ...(flags.bCommand !== undefined && { b: flags.bCommand }),
    },
    ...(flags.reset !== undefined && { reset: flags.reset }),
  };
  checkEngines(arms, engines);
  const { originEpochMs } = new SystemClock();
  const { name } = arms.a;
  const header: ExperimentHeader = {
    format: 'confab-ab',
    version: 1,
    confab: version(),
    name,
    isSimulated,
    settings: settingsFor(arms, flags),
    arms: { a: withoutSecrets(arms.a), b: withoutSecrets(arms.b) },
    engines,
    word: isSimulated ? '' : originEpochMs.toString(36),
    isolation: flags.isolate ?? (isSimulated ? 'none' : 'marker'),
  };
  const dir = createRunFolder(arms.a.output.dir, `ab-${name}`, originEpochMs);
  beginState(dir, header);
  return { dir, header, arms, rounds: [] };
}

function settingsFor(arms: Arms, flags: AbFlags): Settings {
  const { preset = 'none' } = arms.a.engine.offload;
  const named = controlNames(flags);
  // Who names a control claims what it controls.
  const claimed = named
    ? { controls: named, isOfReuse: true }
    : controlsFor(armDifferences(arms.a, arms.b), preset !== 'none');
  if (flags.metric === 'goodput' && arms.a.slo === undefined) {
    throw new UsageError(
      '--metric: found goodput, and the scenario has no slo; expected one, as in --set slo.ttftMs=500',
    );
  }
  return {
    measure: flags.metric,
    minGain: flags.minGain,
    alpha: Number((1 - flags.confidence).toPrecision(6)),
    roundsMax: flags.rounds ?? ROUNDS_MAX,
    ...claimed,
    controlRounds: flags.controlRounds,
    expect: flags.expect,
  };
}

function checkEngines(arms: Arms, { commands, reset }: ExperimentHeader['engines']): void {
  const problems = (['a', 'b'] as const).flatMap((side) => {
    const isEmbedded = arms[side].target.url === 'embedded';
    const flag = commands[side] !== undefined ? `--${side}-command` : '--reset';
    const needsUrl = commands[side] !== undefined || reset !== undefined;
    return isEmbedded && needsUrl
      ? [
          `${flag}: found it with the engine that is built in, of which every run has its own; expected --url, or --${side}-url`,
        ]
      : [];
  });
  if (problems.length) throw new UsageError(problems);
}

function resumed(dir: string, flags: AbFlags): Opened {
  const { header, rounds } = readState(dir);
  const overrides = [...flags.set, ...settingsOf(targetFlags, flags)];
  const arm = (side: Side) => parseOverridden(header.arms[side], overrides, dir);
  say(`resuming ${dir}: ${rounds.length} rounds were played`);
  const { roundsMax } = header.settings;
  const settings = { ...header.settings, roundsMax: flags.rounds ?? roundsMax };
  return { dir, header: { ...header, settings }, arms: { a: arm('a'), b: arm('b') }, rounds };
}

async function played({ dir, header, arms, rounds }: Opened, flags: AbFlags) {
  const { settings, word, isolation, isSimulated } = header;
  const clock = new SystemClock();
  const engines = enginesOf({
    ...header.engines,
    ...{ arms, dir, clock, startSecMax: flags.startTimeout },
    apiKey: apiKeyOf(arms.a, flags.apiKey),
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
  const interrupts = noteInterrupts();
  try {
    return await runExperiment(settings, rounds, {
      slo: arms.a.slo,
      playStep,
      played(round, all) {
        keepRound(dir, round);
        say(roundLine(round, all, settings));
      },
      async isInterrupted() {
        await new Promise<void>((resolve) => {
          clock.setTimeout(resolve, 0);
        });
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
  { rounds, outcome }: { rounds: readonly Round[]; outcome: Outcome },
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
  const { isExpected } = conclusionOf(settings, rounds);
  return exitCodeOf({ outcome: outcome === 'ok' && !isExpected ? 'failed' : outcome });
}

function commandDifferences({ engines: { commands } }: ExperimentHeader) {
  return commands.a === commands.b ? [] : [{ path: 'command', a: commands.a, b: commands.b }];
}
