import type { Command } from 'commander';
import { stringify } from 'yaml';
import { SystemClock } from '../../base/clock.ts';
import { EXIT, UsageError } from '../../base/errors.ts';
import { version } from '../../base/version.ts';
import { withoutSecrets } from '../../scenario/secrets.ts';
import type { PageWriter } from '../page/page-file.ts';
import { scenarioCommand } from '../run.ts';
import { scenarioOf } from '../scenario/scenario-of.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import type { Asked } from './asked.ts';
import { type SweepFlags, sweepFlags } from './flags.ts';
import { KNOBS } from './knobs.ts';

const HELP = `
Plays a scenario at every combination of the values, each in a run folder of its own,
and puts all of them into one table and one figure: TTFT, latency, goodput, hit
share, throughput. Names that are compared stand side by side. All points have the
same seeds, so that they differ by what is varied and not by chance.

Loads that --over and --find-max know, beside the fields of the scenario:
${Object.entries(KNOBS)
  .map(([name, { says }]) => `  ${name.padEnd(12)} ${says}`)
  .join('\n')}

Against a server points are played one after the other, each by new users, so that
no prompt is in the cache from the point before; with --start or --reset, which
leave an empty cache, all by the same ones. With --simulate they are played in
virtual time on all cores.

--find-max doubles, then bisects. A load is within the limits, or beyond, only when
the 95 % interval of its runs lies on one side; else it is played again, with another
seed. The bound comes with its interval and the runs that it took. Where a server
keeps its cache, loads are come to from below and from above.

After a kill, confab sweep --resume DIR plays what is missing.
`;

export function sweepCommand(): Command {
  return scenarioCommand('sweep', sweepFlags)
    .description('Play a scenario at many settings, or find the largest load within limits.')
    .addHelpText('after', flowingHelp(HELP))
    .action(sweep);
}

async function sweep(file: string | undefined, flags: SweepFlags): Promise<void> {
  const [{ checkPicture }, { checkWritable }] = await Promise.all([
    import('../../figures/picture.ts'),
    import('../../play/writable.ts'),
  ]);
  if (flags.figure !== undefined) {
    checkPicture(flags.figure);
    checkWritable('--figure', flags.figure);
  }
  if (flags.json !== undefined) checkWritable('--json', flags.json);
  const isPaged = flags.html !== undefined || flags.figures !== undefined;
  const writePage = isPaged
    ? (await import('../page/page-file.ts')).pageWriter(flags, 'sweep.html')
    : undefined;
  process.exitCode =
    flags.resume === undefined
      ? await begin(file, flags, writePage)
      : await goOn(file, flags, writePage);
}

async function begin(
  file: string | undefined,
  flags: SweepFlags,
  writePage: PageWriter | undefined,
): Promise<number> {
  const isSent = !flags.simulate;
  const scenario = await scenarioOf({ file, rows: sweepFlags, flags, isSent });
  const [{ askedBy }, { keptOf }, { beginLedger }, { createRunFolder }, { workOf }, { playSweep }] =
    await Promise.all([
      import('./asking.ts'),
      import('./asked.ts'),
      import('../../sweep/ledger.ts'),
      import('../../record/run-folder.ts'),
      import('./work.ts'),
      import('./play.ts'),
    ]);
  const asked = askedBy(scenario, flags);
  if (flags.printScenario) {
    process.stdout.write(stringify(withoutSecrets(asked.scenario)));
    return EXIT.ok;
  }
  // What cannot be played is said before there is a folder.
  const work = await workOf(asked);
  const { originEpochMs } = new SystemClock();
  const dir = createRunFolder(scenario.output.dir, `sweep-${scenario.name}`, originEpochMs);
  const kept = {
    format: 'confab-sweep',
    version: 1,
    confab: version(),
    asked: keptOf(asked),
  } as const;
  return playSweep({ asked, work, ledger: beginLedger(dir, kept), flags, writePage });
}

async function goOn(
  file: string | undefined,
  flags: SweepFlags,
  writePage: PageWriter | undefined,
): Promise<number> {
  const given = ['over', 'set'].filter((key) => (flags[key as 'over' | 'set'] ?? []).length > 0);
  if (file !== undefined || flags.findMax !== undefined || given.length > 0) {
    throw new UsageError(
      'found --resume with a scenario or with what is to be varied; expected the folder alone, which has both',
    );
  }
  const [{ askedIn }, { readLedger }, { workOf }, { playSweep }] = await Promise.all([
    import('./asked.ts'),
    import('../../sweep/ledger.ts'),
    import('./work.ts'),
    import('./play.ts'),
  ]);
  const { header, ledger } = readLedger(flags.resume!);
  const asked = watchedBy(flags, askedIn(header.asked, flags.resume!));
  return playSweep({ asked, work: await workOf(asked), ledger, flags, writePage });
}

/** How it is watched says nothing of what is played: it may be another now. */
function watchedBy({ live }: SweepFlags, asked: Asked): Asked {
  const { scenario } = asked;
  const { live: _, ...output } = scenario.output;
  const watched = live === undefined ? {} : { live };
  return { ...asked, scenario: { ...scenario, output: { ...output, ...watched } } };
}
