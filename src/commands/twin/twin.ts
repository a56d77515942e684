import { Command } from 'commander';
import type { Page } from '../../report/html/page.ts';
import type { Twin } from '../../twin/twin.ts';
import { type Outcome, type OutcomeFlags, outcomeFlags, telling } from '../cache/outcome.ts';
import { type Flag, grouped, withFlags } from '../flags/flag-table.ts';
import { collect } from '../flags/options.ts';
import { pageFlag } from '../page/page-flags.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { say } from '../terminal/stderr.ts';
import { contentOf } from './chapter.ts';
import { DRAWS, DRAWS_FLAG } from './flags.ts';
import { about, runIn, standInOf } from './stand-in.ts';

interface TwinFlags extends OutcomeFlags {
  readonly engine?: string;
  readonly set: readonly string[];
  readonly draws?: number;
  readonly html?: string | true;
}

const twinFlags: readonly Flag[] = [
  ...grouped('The twin', [
    {
      flags: '--engine <profile>',
      says: 'what the engine of the run is: the profile that confab calibrate wrote, or a GPU that `confab engine --help` lists; default: of a simulated run, its own',
    },
    {
      flags: '--set <path=value>',
      says: 'what else is known of it, as engine.offload.cpu.capacityGB=32; may be repeated',
      parse: collect,
      default: [],
    },
    DRAWS_FLAG,
  ]),
  ...outcomeFlags,
  { ...pageFlag('the run folder', 'twin.html'), group: 'What comes of it:' },
];

const HELP = `
Plays a finished run again in virtual time, with the engine that the profile describes
in the place of the server, and lays both beside each other request by request: TTFT,
TPOT, latency and cached tokens, over time and in all, and when the run first left
what the intervals of the profile's constants allow.

  confab twin runs/pressure-20261128-060145 --engine engine.json

How it is played, and what a good twin is: confab help twin
`;

/** `confab twin RUN… --engine engine.json`. */
export function twinCommand(): Command {
  const command = new Command('twin')
    .description(
      'Lay a run beside its twin in virtual time, on the engine that a profile describes.',
    )
    .argument('<dir...>', 'run folders; the partitions of one run are merged')
    .addHelpText('after', flowingHelp(HELP))
    .action(twinRun);
  return withFlags(command, twinFlags);
}

async function twinRun(dirs: readonly string[], flags: TwinFlags): Promise<void> {
  const writePage =
    flags.html === undefined
      ? undefined
      : (await import('../page/page-file.ts')).pageWriter({ html: flags.html }, 'twin.html');
  await telling(flags, async () => {
    const twin = await twinOfFolders(dirs, flags);
    await writePage?.(dirs[0]!, await pageOf(twin));
    return outcomeOf(twin);
  });
}

async function twinOfFolders(dirs: readonly string[], flags: TwinFlags): Promise<Twin> {
  const run = await runIn(dirs);
  const standIn = standInOf(run, flags);
  const { twinOf } = await import('../../twin/twin.ts');
  const draws = flags.draws ?? DRAWS;
  return about(dirs[0]!, () => twinOf(run, { ...standIn, draws, tell: say }));
}

async function outcomeOf(twin: Twin): Promise<Outcome> {
  const [content, { twinJson }] = await Promise.all([
    contentOf(twin),
    import('../../twin/json.ts'),
  ]);
  return { ...content, json: twinJson(twin) };
}

async function pageOf(twin: Twin): Promise<Page> {
  return {
    title: `Run ${twin.name} and its twin`,
    subtitle: twin.gpu,
    chapters: [{ id: 'twin', title: 'Run and twin', ...(await contentOf(twin)) }],
    madeBy: 'Made by confab twin. It needs no network and no other file.',
  };
}
