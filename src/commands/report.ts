import { realpathSync } from 'node:fs';
import { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { withFlags } from './flag-table.ts';
import { screenFlags } from './flags.ts';
import { reportColumns } from './screen.ts';

/** `confab report DIR...`: makes the report again from what the journals hold. */
export function reportCommand(): Command {
  const command = new Command('report')
    .description('make the report again from run folders; the partitions of one run are merged')
    .argument('<dir...>', 'run folders, each with journal.ndjson and its resumes')
    .option('--json', 'print what summary.json holds instead of text')
    .action(report);
  return withFlags(command, screenFlags);
}

interface ReportFlags {
  readonly json?: boolean;
  readonly wide?: boolean;
}

async function report(dirs: readonly string[], options: ReportFlags): Promise<void> {
  const [{ readRun }, { mergeRuns, summarise }, { refuseStrangers }] = await Promise.all([
    import('../record/run-folder.ts'),
    import('../report/run-summary.ts'),
    import('../report/one-run.ts'),
  ]);
  refuseTwice(dirs);
  const folders = dirs.map((dir) => ({ dir, run: readRun(dir) }));
  refuseStrangers(folders);
  const summary = summarise(mergeRuns(folders.map(({ run }) => run)));
  if (options.json) {
    const { summaryJson } = await import('../export/summary-json.ts');
    process.stdout.write(summaryJson(summary));
  } else {
    const { reportText } = await import('../report/text.ts');
    process.stdout.write(`${reportText(summary, {}, reportColumns(options.wide))}\n`);
  }
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
