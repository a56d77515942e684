import { Command } from 'commander';
import { EXIT, UsageError } from '../base/errors.ts';
import type { Comparison } from '../compare/comparison.ts';
import type { Page } from '../report/html/page.ts';
import { type Flag, withFlags } from './flags/flag-table.ts';
import { screenFlags } from './flags/flags.ts';
import { collect } from './flags/options.ts';
import { FIGURES_FLAG, pageName } from './page/page-flags.ts';
import { flowingHelp } from './terminal/help-text.ts';
import { reportColumns } from './terminal/screen.ts';
import { say } from './terminal/stderr.ts';

interface CompareFlags {
  readonly failIf: readonly string[];
  readonly strict?: boolean;
  readonly force?: boolean;
  readonly margin?: number;
  readonly json?: boolean;
  readonly figure?: string;
  readonly html?: string;
  readonly figures?: string;
  readonly wide?: boolean;
}

const MARGIN = 0.05;

const flags: readonly Flag[] = [
  {
    flags: '--fail-if <condition>',
    says: "exit code 1 if it is so: 'ttft.p95 > 5%', 'latency.p99 > 200ms', 'goodput.share < -0.02', or worse; several apart by commas; may be repeated",
    parse: collect,
    default: [],
  },
  { flags: '--strict', says: 'exit code 1 also where it cannot be told whether it is so' },
  {
    flags: '--margin <percent>',
    says: `a change of less than that, either way, is none; default: ${100 * MARGIN}`,
    parse: margin,
  },
  { flags: '--force', says: 'compare what differs in more than what is compared' },
  { flags: '--json', says: 'print all numbers as JSON' },
  {
    flags: '--figure <file>',
    says: 'also draw the distributions of all sides: FILE ends in .svg or .png',
  },
  {
    flags: '--html <file>',
    says: 'also write everything as one page, which needs no network',
    parse: pageName,
  },
  FIGURES_FLAG,
];

const HELP = `
A, the first, is the baseline. A run is a folder of ours, the result of vllm bench
serve (with --save-detailed: statistics alone have no interval), AIPerf's
profile_export.jsonl, or GuideLLM's report. Where both sides sent the same requests,
they are paired by user and turn. Repeats of a side are taken together, with vs
between the sides:

  confab compare runs/base-* vs runs/new-*

Of several runs a side, a number is their mean, and its interval comes from how much
they differ among each other, or from what each leaves open, if that is more.

Runs whose workloads, populations of percentiles or definitions differ are refused,
with the reasons; --force compares them all the same.
`;

/** `confab compare A B…`: runs side by side, with what is certain of their differences. */
export function compareCommand(): Command {
  const command = new Command('compare')
    .description('runs side by side: differences with their intervals, and a verdict in words')
    .argument(
      '<run...>',
      'run folders, or results of vLLM, AIPerf and GuideLLM; sides of several apart by the word vs',
    )
    .addHelpText('after', flowingHelp(HELP))
    .action(compareRuns);
  return withFlags(command, [...flags, ...screenFlags]);
}

async function compareRuns(given: readonly string[], flags: CompareFlags): Promise<void> {
  const [{ failIfsOf }, { compare, refusalsOfSides }, { readSide }] = await Promise.all([
    import('../compare/fail-if.ts'),
    import('../compare/comparison.ts'),
    import('../compare/read-side.ts'),
  ]);
  const failIfs = flags.failIf.flatMap((text) => failIfsOf(text));
  if (flags.figure !== undefined) {
    (await import('../figures/picture.ts')).checkPicture(flags.figure);
  }
  const writePage =
    flags.html === undefined && flags.figures === undefined
      ? undefined
      : (await import('./page/page-file.ts')).pageWriter(flags, 'compare.html');
  const sides = sidesOf(given).map((paths, index) => readSide(letter(index), paths));
  const isForced = flags.force ?? false;
  const reasons = refusalsOfSides(sides);
  if (reasons.length && !isForced) {
    throw new UsageError([
      ...reasons,
      'expected runs of one workload; --force compares them all the same',
    ]);
  }
  const comparison = compare(sides, { margin: flags.margin ?? MARGIN, failIfs, isForced });
  await draw(flags.figure, comparison);
  await writePage?.('.', await pageOf(comparison));
  process.stdout.write(await printed(comparison, flags));
  const isFailed = comparison.verdicts.some(
    ({ outcome }) => outcome === 'broken' || (flags.strict && outcome === 'unsure'),
  );
  if (isFailed) process.exitCode = EXIT.thresholdFailed;
}

async function printed(comparison: Comparison, { json, wide }: CompareFlags): Promise<string> {
  if (json) return (await import('../compare/json.ts')).comparisonJson(comparison);
  const { comparisonText } = await import('../compare/text.ts');
  return `${comparisonText(comparison, reportColumns(wide))}\n`;
}

async function draw(file: string | undefined, comparison: Comparison): Promise<void> {
  if (file === undefined) return;
  const [{ writePicture }, { comparisonPanels }] = await Promise.all([
    import('../figures/picture.ts'),
    import('../compare/figures.ts'),
  ]);
  await writePicture(file, comparisonPanels(comparison), { columns: 3 });
  say(`wrote ${file}`);
}

async function pageOf(comparison: Comparison): Promise<Page> {
  const [{ comparisonSections }, { comparisonPanels }, { sidePanels }] = await Promise.all([
    import('../compare/text.ts'),
    import('../compare/figures.ts'),
    import('../compare/side-figures.ts'),
  ]);
  const sides = [comparison.baseline, ...comparison.compared.map(({ side }) => side)];
  return {
    title: `Comparison of ${sides.map(({ name }) => name).join(', ')}`,
    chapters: [
      { id: 'differences', title: 'Differences', sections: comparisonSections(comparison) },
      { id: 'rounds', title: 'Rounds and sources', figures: sidePanels(sides) },
      { id: 'distributions', title: 'Distributions', figures: comparisonPanels(comparison) },
    ],
    madeBy: 'Made by confab compare. It needs no network and no other file.',
  };
}

/** A side for each argument; or, apart by `vs`, for those between. */
function sidesOf(given: readonly string[]): string[][] {
  const sides: string[][] = given.includes('vs') ? [[]] : given.map((path) => [path]);
  if (given.includes('vs')) {
    for (const path of given) {
      if (path === 'vs') sides.push([]);
      else sides.at(-1)!.push(path);
    }
  }
  const empty = sides.some((paths) => !paths.length);
  if (!empty && sides.length > 1 && sides.length <= LETTERS.length) return sides;
  throw new UsageError(
    `found ${sides.length} side${sides.length === 1 ? '' : 's'}${empty ? ', one of them without a run' : ''}; expected 2 to ${LETTERS.length}: confab compare A B, or A1 A2 vs B1 B2`,
  );
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

function letter(index: number): string {
  return LETTERS[index]!;
}

function margin(text: string): number {
  const percent = Number(/^([\d.]+)\s*%?$/.exec(text)?.[1] ?? Number.NaN);
  if (percent > 0 && percent < 100) return percent / 100;
  throw new UsageError(`--margin: found '${text}'; expected percent above 0 and below 100, as 5`);
}
