import { Command } from 'commander';
import { stringify } from 'yaml';
import { UsageError } from '../base/errors.ts';
import type { Isolation } from '../run/resume.ts';
import { loadScenario } from '../scenario/load.ts';
import type { Override } from '../scenario/overrides.ts';
import { withoutSecrets } from '../scenario/secrets.ts';
import { type Flag, settingsOf, withFlags } from './flag-table.ts';
import { playFlags, targetFlags } from './flags.ts';
import { flowingHelp } from './help-text.ts';
import { say } from './stderr.ts';

/** Beside these, the fields of the scenario that flags set. */
export interface ScenarioFlags {
  readonly set: readonly string[];
  readonly apiKey?: string;
  readonly printScenario?: boolean;
  readonly wide?: boolean;
}

interface RunFlags extends ScenarioFlags {
  readonly resume?: string;
  readonly isolate: Isolation;
}

const runFlags: readonly Flag[] = [
  ...playFlags,
  ...targetFlags,
  { flags: '--resume <dir>', says: 'continue the interrupted run in this run folder' },
  {
    flags: '--isolate <how>',
    says: 'with --resume, keep conversations played again from hitting their own earlier play: by salt (cache_salt) or marker (a line before the prompt)',
    choices: ['none', 'salt', 'marker'],
    default: 'none',
  },
];

export function runCommand(): Command {
  return scenarioCommand('run', runFlags)
    .description('Play a scenario file against an endpoint or the embedded engine.')
    .action(async (file: string | undefined, flags: RunFlags) => {
      if (flags.resume === undefined) return start(file, flags, runFlags, false);
      if (file !== undefined) {
        throw new UsageError(
          `found --resume and the scenario ${file}; expected one of them: a resumed run has its scenario in its folder`,
        );
      }
      await resume(flags.resume, flags);
    });
}

export function simulateCommand(): Command {
  return scenarioCommand('simulate', playFlags)
    .description('Play a scenario file in virtual time, against the engine in this process.')
    .action((file: string | undefined, flags: RunFlags) => start(file, flags, playFlags, true));
}

async function start(
  file: string | undefined,
  flags: RunFlags,
  rows: readonly Flag[],
  isSimulated: boolean,
): Promise<void> {
  if (file === undefined) {
    throw new UsageError('no scenario: expected a file, as in `confab run configs/demo.yaml`');
  }
  const scenario = loadScenario(file, overridesOf(rows, flags));
  if (flags.printScenario) {
    process.stdout.write(stringify(withoutSecrets(scenario)));
    return;
  }
  // What it takes to play is loaded for scenarios that can be played.
  const { playAndPresent } = await import('./play.ts');
  await playAndPresent({ scenario, apiKey: flags.apiKey, isSimulated, isWide: flags.wide });
}

/** Continues the run in this folder, which nobody else may write into meanwhile. */
async function resume(dir: string, flags: RunFlags): Promise<void> {
  const { lockRun } = await import('../record/run-lock.ts');
  const lock = lockRun(dir);
  if (lock.notice !== undefined) say(lock.notice);
  try {
    await resumeLocked(dir, flags);
  } finally {
    lock.release();
  }
}

/** The flags may change where it goes. */
async function resumeLocked(dir: string, flags: RunFlags): Promise<void> {
  const [{ continuationOf }, { playAndPresent, presentFolder }] = await Promise.all([
    import('../play/resume.ts'),
    import('./play.ts'),
  ]);
  const { scenario, before, isComplete, warnings } = continuationOf(
    dir,
    overridesOf(runFlags, flags),
  );
  for (const warning of warnings) say(`warning: ${warning}`);
  say(
    `resuming ${dir}: ${before.played.size} conversations are finished, ${before.requests} requests were sent`,
  );
  if (isComplete) {
    say('nothing is left to play; raise population.users or stop.* with --set');
    await presentFolder(dir, scenario, flags.wide);
    return;
  }
  const { apiKey, isolate, wide: isWide } = flags;
  await playAndPresent({ scenario, apiKey, isWide, resumed: { dir, before, isolate } });
}

/** What defaults in `--help` are, of a verb that reads a scenario file. */
export const PRECEDENCE =
  '\nFlags win over the scenario file; what neither of them says has the default.';

/** A verb that plays a scenario file, or says something of it. */
export function scenarioCommand(name: string, rows: readonly Flag[]): Command {
  const command = new Command(name).argument(
    '[scenario]',
    'YAML or JSON file; see configs/ and `confab schema`',
  );
  return withFlags(command, rows).addHelpText('after', flowingHelp(PRECEDENCE));
}

/** What --set and the flags for single fields say; the latter last, so that they win. */
export function overridesOf(rows: readonly Flag[], flags: ScenarioFlags): Override[] {
  return [...flags.set, ...settingsOf(rows, flags)];
}
