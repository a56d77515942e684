import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { isSameFile } from '../../workload/files/whole-file.ts';
import type { WorkloadEntry } from '../../workload/timed/entry.ts';
import { concatenated, type JoinOptions, merged } from '../../workload/timed/join-workloads.ts';
import { WorkloadTally } from '../../workload/timed/workload-tally.ts';
import { writeWorkload } from '../../workload/timed/write-workload.ts';
import { withFlags } from '../flags/flag-table.ts';
import { screenFlags } from '../flags/flags.ts';
import { summaryText } from './text.ts';

interface JoinFlags {
  readonly output: string;
  readonly ownSessions?: boolean;
  readonly wide?: boolean;
}

type Join = (files: readonly string[], options: JoinOptions) => AsyncIterable<WorkloadEntry>;

/** `confab workload concat FILE… --output FILE`. */
export function concatCommand(): Command {
  return joinCommand(
    'concat',
    'Play workloads one after the other: each begins at the last time of the one before it.',
    concatenated,
  );
}

/** `confab workload merge FILE… --output FILE`. */
export function mergeCommand(): Command {
  return joinCommand(
    'merge',
    'Play workloads at the same time: what two have at one time is one entry.',
    merged,
  );
}

function joinCommand(name: string, description: string, join: Join): Command {
  const command = new Command(name)
    .description(description)
    .argument('<files...>', 'workloads, JSON lines or an array')
    .requiredOption('--output <file>', 'workload to write; an array if it ends with .json')
    .option('--own-sessions', 'the same session id in two files is two sessions')
    .action((files: string[], flags: JoinFlags) => joinFiles(files, flags, join));
  return withFlags(command, screenFlags);
}

/** `utility.py --mode concat|merge --input-files FILE… --output-file FILE`, as AIBrix has it. */
export function joinAsAibrix(): Command {
  return new Command('utility')
    .addOption(
      new Option('--mode <mode>', 'one after the other, or all at once')
        .choices(['concat', 'merge'])
        .makeOptionMandatory(),
    )
    .requiredOption('--input-files <files...>', 'workloads')
    .requiredOption('--output-file <file>', 'workload to write')
    .action(({ mode, inputFiles, outputFile }) =>
      joinFiles(inputFiles, { output: outputFile }, mode === 'concat' ? concatenated : merged),
    );
}

async function joinFiles(files: readonly string[], flags: JoinFlags, join: Join): Promise<void> {
  const { output, ownSessions = false, wide } = flags;
  const same = files.find((file) => isSameFile(file, output));
  if (same !== undefined) throw new UsageError(`--output: found ${output}, which is read too`);
  const tally = new WorkloadTally();
  makeFolder(dirname(output));
  const entries = tally.through(join(files, { hasOwnSessions: ownSessions }));
  await writeWorkload(output, entries, output.endsWith('.json') ? 'json' : 'jsonl');
  process.stdout.write(`${summaryText(output, tally.summary, wide)}\n`);
}
