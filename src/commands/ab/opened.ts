import { armDifferences, controlsFor } from '../../ab/differences.ts';
import type { Side } from '../../ab/schedule.ts';
import type { Round, Settings } from '../../ab/settings.ts';
import { beginState, type Engines, type ExperimentHeader, readState } from '../../ab/state.ts';
import { SystemClock } from '../../base/clock.ts';
import { UsageError } from '../../base/errors.ts';
import { isSecretField, STRUCK, withoutCredentials } from '../../base/secret.ts';
import { version } from '../../base/version.ts';
import { createRunFolder } from '../../record/run-folder.ts';
import { parseOverridden } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { withoutSecrets } from '../../scenario/secrets.ts';
import { type Flag, settingsOf } from '../flags/flag-table.ts';
import { FLAGS, targetFlags } from '../flags/flags.ts';
import { say } from '../terminal/stderr.ts';
import { armsOf } from './arms.ts';
import { type AbFlags, controlNames, ROUNDS_MAX } from './flags.ts';

type Arms = Readonly<Record<Side, Scenario>>;

/** An experiment that is ready to be played, or to go on. */
export interface Opened {
  readonly dir: string;
  /** With their secrets, which the header does not have. */
  readonly engines: Engines;
  readonly header: ExperimentHeader;
  readonly arms: Arms;
  readonly rounds: readonly Round[];
}

/** A new one, whose folder is made when nothing is wrong with it. */
export async function begun(
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
    engines: { ...engines, commands: discreet(engines.commands) },
    word: isSimulated ? '' : originEpochMs.toString(36),
    isolation: flags.isolate ?? (isSimulated ? 'none' : 'marker'),
  };
  const dir = createRunFolder(arms.a.output.dir, `ab-${name}`, originEpochMs);
  beginState(dir, header);
  return { dir, engines, header, arms, rounds: [] };
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

function checkEngines(arms: Arms, { commands, reset }: Engines): void {
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

/** What is left of the one in this folder. */
export function resumed(dir: string, flags: AbFlags): Opened {
  const { header, rounds } = readState(dir);
  const overrides = [...flags.set, ...settingsOf([...targetFlags, FLAGS.live], flags)];
  const arm = (side: Side) => parseOverridden(header.arms[side], overrides, dir);
  say(`resuming ${dir}: ${rounds.length} rounds were played`);
  const { roundsMax } = header.settings;
  const settings = { ...header.settings, roundsMax: flags.rounds ?? roundsMax };
  const engines = { ...header.engines, commands: commandsAgain(dir, header, flags) };
  return {
    dir,
    engines,
    header: { ...header, settings },
    arms: { a: arm('a'), b: arm('b') },
    rounds,
  };
}

/** What is written down of commands: without what looks like a credential, or has the name of one. */
function discreet(commands: Engines['commands']): Engines['commands'] {
  return Object.fromEntries(
    Object.entries(commands).map(([side, command]) => [
      side,
      withoutCredentials(command).replace(
        ASSIGNED,
        (whole, before: string, name: string, mark: string) =>
          isSecretField(name) ? `${before}${name}${mark}${STRUCK}` : whole,
      ),
    ]),
  );
}

/** `NAME=value` of the environment, and `--name value`. */
const ASSIGNED = /(^|[\s;&|])(\w+|--[\w-]+)(=|(?<=--[\w-]+)\s+)(?=[^\s-])\S+/g;

/** The commands of an experiment that goes on: as they are given again, or as they were written down. */
function commandsAgain(
  dir: string,
  { engines }: ExperimentHeader,
  flags: AbFlags,
): Engines['commands'] {
  const commands = { ...engines.commands };
  for (const side of ['a', 'b'] as const) {
    const given = flags[`${side}Command`];
    if (given !== undefined) commands[side] = given;
    if (commands[side]?.includes(STRUCK)) {
      throw new UsageError(
        `${dir}: the command of arm ${side.toUpperCase()} had a secret, which is written nowhere; expected it again, as --${side}-command`,
      );
    }
  }
  return commands;
}
