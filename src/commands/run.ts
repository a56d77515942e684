import { Command } from 'commander';
import { stringify } from 'yaml';
import { SystemClock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import type { Isolation } from '../run/isolation.ts';
import type { Scenario } from '../scenario/schema.ts';
import { withoutSecrets } from '../scenario/secrets.ts';
import { type Flag, withFlags } from './flags/flag-table.ts';
import { FLAGS, playFlags, resultFlags, watchFlags } from './flags/flags.ts';
import { ISOLATE } from './flags/isolate-flag.ts';
import { PRECEDENCE } from './flags/precedence.ts';
import { type RankFlags, rankFlags } from './ranks/flags.ts';
import { overridesOf, type ScenarioFlags, scenarioOf } from './scenario/scenario-of.ts';
import { flowingHelp } from './terminal/help-text.ts';
import { say } from './terminal/stderr.ts';
import { type LikeFlags, likeFlags, type TwinRunFlags, twinRunFlags } from './twin/flags.ts';

interface RunFlags extends ScenarioFlags, TwinRunFlags, LikeFlags, RankFlags {
  readonly resume?: string;
  readonly isolate?: Isolation;
  readonly json?: string;
}

const runFlags: readonly Flag[] = [
  ...playFlags,
  ...resultFlags,
  ...watchFlags,
  FLAGS.workers,
  {
    flags: '--resume <dir>',
    says: 'continue the interrupted run in this run folder; with --partition: in one that ranks share',
  },
  ...rankFlags,
  ...twinRunFlags,
  {
    ...ISOLATE,
    says: "keep the run from finding what others put into the engine's cache, or with --resume what was played before: by a salt (cache_salt) or a marker (a line before every prompt) of its own; default: none",
  },
];

export function runCommand(): Command {
  return scenarioCommand('run', runFlags)
    .description('Play a scenario against an endpoint, or against the engine that is built in.')
    .action(async (file: string | undefined, flags: RunFlags) => {
      refuseTogether(flags);
      if (flags.resume === undefined) return start(file, flags, runFlags, false);
      if (file !== undefined) {
        throw new UsageError(
          `found --resume and the scenario ${file}; expected one of them: a resumed run has its scenario in its folder`,
        );
      }
      await resume(flags.resume, flags);
    });
}

/** What each rank would do in its own way. */
function refuseTogether({ rendezvous, isolate, twin, resume }: RunFlags): void {
  if (rendezvous === undefined) return;
  const [found, expected] =
    resume !== undefined
      ? ['--resume', `--resume ${rendezvous} alone, which is the folder that they share`]
      : isolate !== undefined
        ? ['--isolate', 'a salt that is the same in all ranks, as by --set sampling.cacheSalt=TEXT']
        : twin !== undefined
          ? ['--twin', `confab twin ${rendezvous} when all is over`]
          : [];
  if (found) throw new UsageError(`found --rendezvous and ${found}; expected ${expected}`);
}

export function simulateCommand(): Command {
  const rows = [...playFlags, ...resultFlags, ...watchFlags];
  return scenarioCommand('simulate', [...rows, ...likeFlags])
    .description('Play a scenario in virtual time, against the engine in this process.')
    .action(async (file: string | undefined, flags: RunFlags) => {
      const { like, twin, html, figure } = flags;
      const isLike = [like, twin, html, figure].some((flag) => flag !== undefined);
      if (!isLike) return start(file, flags, rows, true);
      const { simulateLike } = await import('./twin/like.ts');
      await simulateLike(file, flags, rows);
    });
}

async function start(
  file: string | undefined,
  flags: RunFlags,
  rows: readonly Flag[],
  isSimulated: boolean,
): Promise<void> {
  const scenario = await scenarioOf({ file, rows, flags, isSent: !isSimulated });
  if (flags.printScenario) {
    process.stdout.write(stringify(withoutSecrets(scenario)));
    return;
  }
  // What it takes to play is loaded for scenarios that can be played.
  const presentTwin = await twinPresenter(flags, scenario);
  const { playAndPresent } = await import('./play.ts');
  const { isolate } = flags;
  if (flags.rendezvous !== undefined && !isSimulated) {
    const { playRank } = await import('./ranks/play-rank.ts');
    return playRank({ shared: flags.rendezvous, scenario, flags, shown: shownAs(flags) });
  }
  const at = isSimulated ? undefined : flags.startAt;
  const start =
    at && (await import('./ranks/start.ts')).startOf(at, new SystemClock().originEpochMs);
  const played = await playAndPresent({
    ...{ scenario, ...shownAs(flags) },
    ...{ isSimulated, isolate, start },
  });
  await presentTwin?.(played);
}

/** The profile is looked at before anything is sent; undefined: no twin is asked for. */
async function twinPresenter(flags: RunFlags, scenario: Scenario) {
  if (flags.twin === undefined) return undefined;
  return (await import('./twin/after-run.ts')).twinAfterRun(flags.twin, flags, scenario);
}

function shownAs({ apiKey, quiet, json, wide }: RunFlags) {
  return { apiKey, isQuiet: quiet, isJson: json === '-', isWide: wide };
}

/** Continues the run in this folder, which nobody else may write into meanwhile. */
async function resume(dir: string, flags: RunFlags): Promise<void> {
  const { rankFoldersIn } = await import('../record/rank-folders.ts');
  if (rankFoldersIn(dir).length > 0) {
    const { resumeRank } = await import('./ranks/resume-rank.ts');
    return resumeRank(dir, { flags, rows: runFlags, shown: shownAs(flags) });
  }
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
  const { scenario, before, isolatedBy, isComplete, warnings } = continuationOf(
    dir,
    await overridesOf(runFlags, flags),
  );
  const presentTwin = await twinPresenter(flags, scenario);
  for (const warning of warnings) say(`warning: ${warning}`);
  say(
    `resuming ${dir}: ${before.played.size} conversations are finished, ${before.requests} requests were sent`,
  );
  if (isComplete) {
    say('nothing is left to play; raise population.users or stop.* with --set');
    const finished = await presentFolder(dir, scenario, shownAs(flags));
    await presentTwin?.(finished);
    return;
  }
  const resumed = { dir, before, isolate: flags.isolate ?? 'none', isolatedBy };
  const played = await playAndPresent({ scenario, ...shownAs(flags), resumed });
  await presentTwin?.(played);
}

/** A verb that plays a scenario file, or says something of it. */
export function scenarioCommand(name: string, rows: readonly Flag[]): Command {
  const command = new Command(name).argument(
    '[scenario]',
    'YAML or JSON file (see `confab schema`), or a name that `confab scenarios` lists; without one, `default`',
  );
  return withFlags(command, rows).addHelpText('after', flowingHelp(PRECEDENCE));
}
