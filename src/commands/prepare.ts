import { copyFileSync, existsSync, linkSync } from 'node:fs';
import { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { droppedLines } from '../workload/files/tally.ts';
import { type Prepared, prepareShareGpt } from '../workload/sharegpt/prepare.ts';
import { withFlags } from './flags/flag-table.ts';
import { FLAGS } from './flags/flags.ts';
import { promptPoolCommand } from './prompt-pool.ts';
import { dataFile } from './scenario/shipped.ts';
import { clearStatus, showStatus } from './terminal/stderr.ts';

interface Flags {
  readonly tokenizer: string;
  readonly proportion: number;
  readonly minRounds: number;
  readonly force: boolean;
}

/** `confab prepare sharegpt INPUT OUTPUT`: cleans conversations and counts their tokens, once for many runs. */
export function prepareCommand(): Command {
  const sharegpt = new Command('sharegpt')
    .description('keep the usable conversations of a ShareGPT file and count their tokens')
    .argument('<input>', 'ShareGPT JSON or JSON lines, or OpenAI messages')
    .argument('<output>', 'file to write, as multi-round-qa reads it')
    .option(
      '--tokenizer <name>',
      "'gpt2', a folder, a tokenizer.json or a Hugging Face model name",
      'gpt2',
    )
    .option('--proportion <share>', 'share of the file to use, from its beginning', share, 1)
    .option('--min-rounds <count>', 'questions that a conversation must have', rounds, 1)
    .option('--force', 'let the output replace the input', false)
    .action(async (input: string, output: string, flags: Flags) => {
      const prepared = await prepareShareGpt({
        input: dataFile(input),
        output,
        ...flags,
        onProgress: showProgress,
      }).finally(clearStatus);
      process.stdout.write(`${[`${output}: ${summary(prepared)}`, ...leftOut(prepared)].join('\n')}
`);
    });
  withFlags(sharegpt, [FLAGS.logFormat]);
  return new Command('prepare')
    .description('prepare conversation data')
    .addCommand(sharegpt)
    .addCommand(cleanupCommand())
    .addCommand(promptPoolCommand());
}

interface CleanupFlags {
  readonly model: string;
  readonly shareGptPath: string;
}

/** The same as cleanup_sharegpt.py is called: the file is replaced, and kept as `.raw`. */
function cleanupCommand(): Command {
  const command = new Command('cleanup-sharegpt')
    .description('the same in place, with the flags of cleanup_sharegpt.py')
    .requiredOption('--model <name>', 'tokenizer: gpt2, a folder, or a Hugging Face model name')
    .requiredOption(
      '--share_gpt_path, --share-gpt-path <file>',
      'ShareGPT file; what it was stays beside it, as <file>.raw',
    )
    .action(async ({ model, shareGptPath: output }: CleanupFlags) => {
      const input = keptRaw(output);
      const prepared = await prepareShareGpt({
        ...{ input, output },
        tokenizer: model,
        onProgress: showProgress,
      }).finally(clearStatus);
      const lines = [`${output}: ${summary(prepared)}`, ...leftOut(prepared)];
      process.stdout.write(`${[...lines, `  from ${input}, which stays as it is`].join('\n')}\n`);
    });
  return withFlags(command, [FLAGS.logFormat]);
}

/** The data as they came: an earlier call has kept them already, and then they are the input again. */
function keptRaw(file: string): string {
  const raw = `${file}.raw`;
  if (existsSync(raw)) return raw;
  if (!existsSync(file)) {
    throw new UsageError(
      `--share_gpt_path: found no ${file}; expected a file that is there: nothing is downloaded`,
    );
  }
  try {
    linkSync(file, raw);
  } catch {
    copyFileSync(file, raw);
  }
  return raw;
}

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new UsageError(`--proportion: found '${text}'; expected a number > 0 and <= 1`);
}

function rounds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError(`--min-rounds: found '${text}'; expected a whole number >= 1`);
}

/** Tokenizing a whole data set takes minutes. */
function showProgress(itemsRead: number): void {
  showStatus(`${itemsRead} conversations read`);
}

function summary({ itemsKept, itemsRead, messages, tokens }: Prepared): string {
  return `${itemsKept} of ${itemsRead} conversations, ${messages} messages, ${tokens} tokens`;
}

function leftOut({ leadingAnswers, dropped }: Prepared): string[] {
  const begun = `${leadingAnswers} began with an answer, which was left out`;
  return [...(leadingAnswers ? [begun] : []), ...droppedLines(dropped)].map((line) => `  ${line}`);
}
