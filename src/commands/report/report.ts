import { realpathSync } from 'node:fs';
import { Command, Option } from 'commander';
import { errorText, UsageError } from '../../base/errors.ts';
import type { Exportable } from '../../export/exports.ts';
import { expandedFolders } from '../../record/rank-folders.ts';
import type { Run } from '../../record/run-folder.ts';
import { EXPORT_FORMATS, type ExportFormat, type ExportSetting } from '../../scenario/output.ts';
import { withFlags } from '../flags/flag-table.ts';
import { screenFlags } from '../flags/flags.ts';
import { collect } from '../flags/options.ts';
import { lostLine } from '../lost-line.ts';
import { FIGURES_FLAG, type PageFlags, pageFlag } from '../page/page-flags.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { reportColumns } from '../terminal/screen.ts';
import { say } from '../terminal/stderr.ts';

/** `confab report DIR...`: makes the report again from what the journals hold. */
export function reportCommand(): Command {
  const command = new Command('report')
    .description('make the report again from run folders; the partitions of one run are merged')
    .argument(
      '<dir...>',
      'run folders, each with journal.ndjson and its resumes; or one that ranks share',
    )
    .addOption(
      new Option('--json', 'print what summary.json holds instead of text').conflicts([
        'csv',
        'md',
      ]),
    )
    .addOption(
      new Option('--csv', 'print the numbers as a CSV: a row for each').conflicts(['json', 'md']),
    )
    .option('--md', 'print the report as Markdown')
    .option(
      '--export <format=file>',
      'also write what other tools read to this file; may be repeated',
      collect,
    )
    .option('--figure <file>', 'also draw the pictures of the run: FILE ends in .svg or .png')
    .addHelpText(
      'after',
      flowingHelp(() => `\nFormats of --export:\n${formatList()}`),
    )
    .action(report);
  return withFlags(command, [
    pageFlag('the first folder', 'report.html'),
    FIGURES_FLAG,
    {
      flags: '--twin <profile>',
      says: 'with --html: also a chapter with the run beside its twin, on the engine that this profile describes, as confab twin tells it',
    },
    ...screenFlags,
  ]);
}

function formatList(): string {
  const width = Math.max(...Object.keys(EXPORT_FORMATS).map((name) => name.length));
  return Object.entries(EXPORT_FORMATS)
    .map(([name, says]) => `  ${name.padEnd(width)}  ${says}`)
    .join('\n');
}

interface ReportFlags extends PageFlags {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly md?: boolean;
  readonly export?: readonly string[];
  readonly figure?: string;
  readonly twin?: string;
  readonly wide?: boolean;
}

async function report(dirs: readonly string[], flags: ReportFlags): Promise<void> {
  const exports = (flags.export ?? []).map(exportOf);
  const draw = flags.figure === undefined ? undefined : await drawing(flags.figure);
  const pictured = await picturing(dirs[0]!, flags);
  const [{ readRun }, { mergeRuns, summarise }, { refuseStrangers }] = await Promise.all([
    import('../../record/run-folder.ts'),
    import('../../report/run-summary.ts'),
    import('../../report/one-run.ts'),
  ]);
  refuseTwice(dirs);
  const all = expandedFolders(dirs);
  const folders = all.map((dir) => ({ dir, run: readRun(dir) }));
  refuseStrangers(folders);
  const runs = folders.map(({ run }) => run);
  const isOfOne = folders.length === 1 && all[0] === dirs[0];
  const run = mergeRuns(isOfOne ? runs : [...runs, ...(await lostOf(runs))]);
  const exportable = { run, summary: summarise(run) };
  await writeExports(exports, exportable);
  await draw?.(exportable);
  await pictured?.(exportable);
  process.stdout.write(await printed(exportable, flags));
}

/** What partitions that are missing, or were gone before the others, had still to send: as runs that sent nothing. */
async function lostOf(runs: readonly Run[]): Promise<Run[]> {
  const { lostShares } = await import('../../ranks/lost-shares.ts');
  const { shares, warnings } = await lostShares(runs.flatMap(({ parts }) => parts));
  return [
    ...shares.map(({ part, told }) => ({ parts: [part], warnings: [told] })),
    ...(warnings.length ? [{ parts: [], warnings }] : []),
  ];
}

async function printed({ run, summary }: Exportable, flags: ReportFlags): Promise<string> {
  const { json, csv, md, wide } = flags;
  if (json) return (await import('../../export/summary-json.ts')).summaryJson(summary);
  if (csv) return (await import('../../export/report-csv.ts')).reportCsv(summary);
  const { reportMarkdown, reportText } = await import('../../report/text.ts');
  const options = { lost: await lostLine(run, summary) };
  const text = md
    ? reportMarkdown(summary, options)
    : reportText(summary, options, reportColumns(wide));
  return `${text}\n`;
}

async function writeExports(settings: readonly ExportSetting[], of: Exportable): Promise<void> {
  if (!settings.length) return;
  const { EXPORTS } = await import('../../export/exports.ts');
  for (const { format, file } of settings) {
    try {
      await EXPORTS[format].write(of, file!);
    } catch (error) {
      throw new UsageError(`--export: ${errorText(error)}`);
    }
    say(`wrote ${file}`);
  }
}

/** A name that no picture can have is refused before anything is read. */
async function drawing(file: string): Promise<(of: Exportable) => Promise<void>> {
  const { checkPicture, writePicture } = await import('../../figures/picture.ts');
  checkPicture(file);
  return async ({ run, summary }) => {
    const { figuresOf } = await import('../../report/figures/figures.ts');
    await writePicture(file, figuresOf(run, summary));
    say(`wrote ${file}`);
  };
}

/** Page and figures are made of the same chapters. Where they cannot be written is known before anything is read. */
async function picturing(
  dir: string,
  flags: ReportFlags,
): Promise<((of: Exportable) => Promise<void>) | undefined> {
  const { html, figures, twin } = flags;
  if (twin !== undefined && html === undefined) {
    throw new UsageError(
      `found --twin without --html; expected both: confab twin ${dir} --engine ${twin} prints it`,
    );
  }
  if (html === undefined && figures === undefined) return undefined;
  const { pageWriter } = await import('../page/page-file.ts');
  const write = pageWriter(flags, 'report.html');
  return async (of) => {
    const { runPage } = await import('./run-page.ts');
    const further =
      twin === undefined
        ? []
        : [await (await import('../twin/chapter.ts')).twinChapter(of.run, dir, twin)];
    await write?.(dir, await runPage(of, further));
  };
}

function exportOf(text: string): ExportSetting {
  const [, format = '', file = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (file && Object.hasOwn(EXPORT_FORMATS, format)) {
    return { format: format as ExportFormat, file };
  }
  throw new UsageError(
    `--export: found '${text}'; expected FORMAT=FILE, where FORMAT is one of ${Object.keys(EXPORT_FORMATS).join(', ')}`,
  );
}

function refuseTwice(dirs: readonly string[]): void {
  const seen = new Set<string>();
  for (const dir of dirs) {
    let path = dir;
    try {
      path = realpathSync(dir);
    } catch {
      // Reading it says what is wrong with it.
    }
    if (seen.has(path)) throw new UsageError(`${dir}: given twice; expected each run folder once`);
    seen.add(path);
  }
}
