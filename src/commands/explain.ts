import { Command } from 'commander';
import type { Explainable, Explanation } from '../attribution/explanation.ts';
import type { By, Selection } from '../attribution/selection.ts';
import { UsageError } from '../base/errors.ts';
import { type Flag, withFlags } from './flags/flag-table.ts';
import { screenFlags } from './flags/flags.ts';
import { collect } from './flags/options.ts';
import { bytesPerTokenOf, type SizingFlags, sizingFlags } from './flags/sizing-flags.ts';
import { flowingHelp } from './terminal/help-text.ts';
import { reportColumns } from './terminal/screen.ts';
import { say } from './terminal/stderr.ts';

interface ExplainFlags extends SizingFlags {
  readonly slowest?: number;
  readonly quantile?: number;
  readonly request?: string;
  readonly by: By;
  readonly with: readonly string[];
  readonly set: readonly string[];
  readonly again: boolean;
  readonly json?: boolean;
  readonly figure?: string;
  readonly wide?: boolean;
}

const SLOWEST = 0.01;

const flags: readonly Flag[] = [
  {
    flags: '--slowest <percent>',
    says: 'explain so many of the slowest requests, as 1%; default: 1%',
    parse: percent('--slowest'),
    conflicts: ['quantile', 'request'],
  },
  {
    flags: '--quantile <p>',
    says: 'explain the request at this percentile, as p99',
    parse: percentile,
    conflicts: ['request'],
  },
  { flags: '--request <user:turn>', says: 'explain this one, as 12:3' },
  {
    flags: '--by <time>',
    says: 'what makes a request slow, from when it was due',
    choices: ['latency', 'ttft'],
    default: 'latency',
  },
  ...sizingFlags,
  {
    flags: '--with <path=value>',
    says: 'play the run again with this setting of its scenario changed, as engine.blocks=5000; may be repeated; default: as many blocks as the explained requests lacked',
    parse: collect,
    default: [],
  },
  {
    flags: '--set <path=value>',
    says: 'of a run against a real engine: what the embedded one has to be to stand for it, as engine.gpu=h100; may be repeated',
    parse: collect,
    default: [],
  },
  { flags: '--no-again', says: 'do not play the run again' },
  { flags: '--json', says: 'print all numbers as JSON' },
  {
    flags: '--figure <file>',
    says: 'also draw what first tokens waited for, by quantile: FILE ends in .svg or .png',
  },
];

const HELP = `
Fits what a first token waits for (uncached, local and external tokens, the queue,
requests in flight) and what the gaps between tokens cost, with intervals; says how
fast tokens come back from below the GPU, and whether that pays; and splits the time
of the requests that are asked for into parts that sum to it.

A simulated run is played again in virtual time with the blocks that the requests
lacked, or with what --with changes. A run against a real engine is, on an embedded
one that --set makes like it:

  confab explain RUN --set engine.gpu=h100 --set engine.blocks=2600

How it is computed: confab help explaining
`;

/** `confab explain RUN…`: where the time went. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('Say what requests of a run waited for: by cause, by request, and what if.')
    .argument('<dir...>', 'run folders; the partitions of one run are merged')
    .addHelpText('after', flowingHelp(HELP))
    .action(explainRun);
  return withFlags(command, [...flags, ...screenFlags]);
}

async function explainRun(dirs: readonly string[], flags: ExplainFlags): Promise<void> {
  if (flags.figure !== undefined) {
    (await import('../figures/picture.ts')).checkPicture(flags.figure);
  }
  const [{ readRun }, { mergeRuns }, { refuseStrangers }, { explain }] = await Promise.all([
    import('../record/run-folder.ts'),
    import('../report/run-summary.ts'),
    import('../report/one-run.ts'),
    import('../attribution/explanation.ts'),
  ]);
  const bytesPerToken = await bytesPerTokenOf(flags);
  const folders = dirs.map((dir) => ({ dir, run: readRun(dir) }));
  refuseStrangers(folders);
  const run = mergeRuns(folders.map(({ run }) => run));
  for (const warning of run.warnings) say(`warning: ${warning}`);
  const asked = { selection: selectionOf(flags), by: flags.by, bytesPerToken };
  const explainable = explain(run, asked);
  const explanation = await playedAgain(explainable, run.parts.length, flags);
  await draw(flags.figure, explanation);
  process.stdout.write(await printed(explanation, flags));
}

/** Where it is asked for, or follows from what the requests lacked. */
async function playedAgain(
  explainable: Explainable,
  parts: number,
  flags: ExplainFlags,
): Promise<Explanation> {
  const { whatIf } = await import('../attribution/what-if.ts');
  const odd = flags.with.find((text) => !/^[^=]+=/.test(text));
  if (odd !== undefined) {
    throw new UsageError(`--with: found '${odd}'; expected path=value, as in engine.blocks=5000`);
  }
  if (!flags.again) return explainable.explanation;
  return whatIf(explainable, { parts, settings: flags.with, standIn: flags.set });
}

async function printed(explanation: Explanation, { json, wide }: ExplainFlags): Promise<string> {
  if (json) return (await import('../attribution/json.ts')).explanationJson(explanation);
  const { explanationText } = await import('../attribution/sections.ts');
  return `${explanationText(explanation, reportColumns(wide))}\n`;
}

async function draw(file: string | undefined, explanation: Explanation): Promise<void> {
  if (file === undefined) return;
  const [{ writePicture }, { explanationFigures }] = await Promise.all([
    import('../figures/picture.ts'),
    import('../attribution/figures.ts'),
  ]);
  await writePicture(file, explanationFigures(explanation));
  say(`wrote ${file}`);
}

function selectionOf({ slowest, quantile, request }: ExplainFlags): Selection {
  if (request !== undefined) return { request };
  if (quantile !== undefined) return { quantile };
  return { slowest: slowest ?? SLOWEST };
}

function percent(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(/^([\d.]+)\s*%?$/.exec(text)?.[1] ?? Number.NaN);
    if (value > 0 && value <= 100) return value / 100;
    throw new UsageError(`${flag}: found '${text}'; expected percent above 0, at most 100, as 1%`);
  };
}

function percentile(text: string): number {
  const value = Number(/^p?([\d.]+)$/.exec(text)?.[1] ?? Number.NaN);
  if (value >= 0 && value <= 100) return value / 100;
  throw new UsageError(`--quantile: found '${text}'; expected p0 to p100, as p99`);
}
