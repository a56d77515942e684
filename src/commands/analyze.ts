import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Told } from '../analysis/analysis.ts';
import type { AnalysedRequest } from '../analysis/request.ts';
import { errorText, UsageError } from '../base/errors.ts';
import { type Flag, withFlags } from './flags/flag-table.ts';
import { screenFlags } from './flags/flags.ts';
import { collect } from './flags/options.ts';
import { flowingHelp } from './terminal/help-text.ts';
import { reportColumns } from './terminal/screen.ts';
import { say } from './terminal/stderr.ts';

interface AnalyzeFlags {
  readonly trace?: readonly string[];
  readonly goodputTarget: readonly string[];
  readonly json?: boolean;
  readonly figure?: string;
  readonly output?: string;
  readonly wide?: boolean;
}

/** As AIBrix calls its own, but for what it is. */
const FIGURE = 'performance_metrics_time_series.svg';

const flags: readonly Flag[] = [
  { flags: '--trace <file>', says: 'the same as an argument; may be repeated', parse: collect },
  {
    flags: '--goodput-target <metric:seconds>',
    says: 'what makes a request a good one: e2e, ttft or tpot of at most so much; may be repeated, and then all have to be met',
    parse: collect,
    default: [],
  },
  { flags: '--json', says: 'print the numbers as JSON' },
  {
    flags: '--figure <file>',
    says: 'draw the nine metrics over time: FILE ends in .svg or .png',
  },
  {
    flags: '--output <dir>',
    says: `draw them to ${FIGURE} in this folder, which is made if need be`,
  },
];

const HELP = `
Several files are taken together, as those of clients that ran side by side. Failed
requests are counted as errors, are in no other number, and are never good; requests
that the end of the run cut off are counted, and not judged.
`;

/** `confab analyze FILE...`: what AIBrix's analyze.py says of its client's records, and of run folders. */
export function analyzeCommand(): Command {
  const command = new Command('analyze')
    .description(
      "sums, percentiles and goodput of AIBrix client's records, vLLM's results, or run folders",
    )
    .argument(
      '[file...]',
      "records of AIBrix's client (JSON lines), result JSON of vLLM's bench serve, or run folders",
    )
    .addHelpText('after', flowingHelp(HELP))
    .action(analyze);
  return withFlags(command, [...flags, ...screenFlags]);
}

async function analyze(given: readonly string[], flags: AnalyzeFlags): Promise<void> {
  const files = [...given, ...(flags.trace ?? [])];
  if (!files.length) {
    throw new UsageError(
      "FILE: missing; expected records of AIBrix's client, or the folder of a run",
    );
  }
  const [{ goodputTargets }, { analyse }] = await Promise.all([
    import('../analysis/goodput.ts'),
    import('../analysis/analysis.ts'),
  ]);
  const targets = goodputTargets(flags.goodputTarget);
  const pictures = await picturesOf(flags);
  const read = await Promise.all(files.map(requestsOf));
  const requests = read.flatMap((one) => one.requests);
  const analysis = analyse(files, requests, targets, toldBy(read));
  if (flags.output !== undefined) await makeOutput(flags.output);
  await draw(pictures, requests);
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(analysis, undefined, 2)}\n`);
    return;
  }
  const { analysisText } = await import('../analysis/text.ts');
  process.stdout.write(`${analysisText(analysis, reportColumns(flags.wide))}\n`);
}

/** Where to draw. @throws UsageError for what is no name of a picture. */
async function picturesOf({ figure, output }: AnalyzeFlags): Promise<string[]> {
  if (figure !== undefined) {
    const { checkPicture } = await import('../figures/picture.ts');
    checkPicture(figure);
  }
  return [
    ...(figure === undefined ? [] : [figure]),
    ...(output === undefined ? [] : [join(output, FIGURE)]),
  ];
}

async function makeOutput(folder: string): Promise<void> {
  const { makeFolder } = await import('../base/make-folder.ts');
  try {
    makeFolder(folder);
  } catch (error) {
    throw new UsageError(`--output: cannot make ${folder}: ${errorText(error)}`);
  }
}

async function draw(paths: readonly string[], requests: readonly AnalysedRequest[]) {
  if (!paths.length) return;
  const [{ writePicture }, { analysisPanels }] = await Promise.all([
    import('../figures/picture.ts'),
    import('../analysis/figure.ts'),
  ]);
  for (const path of paths) {
    await writePicture(path, analysisPanels(requests), { columns: 3 });
    say(`wrote ${path}`);
  }
}

interface Read extends Told {
  readonly requests: readonly AnalysedRequest[];
}

/** Of files side by side: the longest time, and all that was good. */
function toldBy(read: readonly Read[]): Told {
  const durations = read.flatMap(({ durationSec }) => durationSec ?? []);
  const goodputs = read.flatMap(({ goodputPerSec }) => goodputPerSec ?? []);
  return {
    ...(durations.length > 0 && { durationSec: Math.max(...durations) }),
    ...(goodputs.length > 0 && { goodputPerSec: goodputs.reduce((sum, one) => sum + one, 0) }),
  };
}

async function requestsOf(file: string): Promise<Read> {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    const [{ readRun }, { runRequests }] = await Promise.all([
      import('../record/run-folder.ts'),
      import('../analysis/run-requests.ts'),
    ]);
    return { requests: runRequests(readRun(file)) };
  }
  const { isVllmResult, readVllmResult } = await import('../analysis/vllm-result.ts');
  if (isVllmResult(file)) return readVllmResult(file);
  const { readAibrixRecords } = await import('../analysis/aibrix-records.ts');
  return { requests: await readAibrixRecords(file) };
}
