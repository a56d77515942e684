import { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { describeColumns } from '../report/describe.ts';
import { droppedLines } from '../workload/files/tally.ts';
import { convertShareGpt } from '../workload/sharegpt/convert.ts';
import { withFlags } from './flag-table.ts';
import { screenFlags } from './flags.ts';
import { integer } from './options.ts';
import { reportColumns } from './screen.ts';
import { dataFile } from './shipped.ts';

interface Flags {
  readonly seed: string;
  readonly maxItems?: number;
  readonly minTurns?: number;
  readonly maxTurns?: number;
  readonly minContentLen?: number;
  readonly maxContentLen?: number;
  readonly asciiOnly?: boolean;
  readonly nonAsciiOnly?: boolean;
  readonly keepLastQuestion?: boolean;
  readonly merge: boolean;
  readonly model?: string;
  readonly wide?: boolean;
}

/** `confab convert sharegpt INPUT OUTPUT`: the flags of vLLM's convert_sharegpt_to_openai.py. */
export function convertCommand(): Command {
  const sharegpt = new Command('sharegpt')
    .description('Make OpenAI messages of a ShareGPT file, parts of a conversation joined.')
    .argument('<input>', 'ShareGPT JSON or JSON lines, or OpenAI messages')
    .argument('<output>', 'JSON list of conversations to write')
    .option('--seed <seed>', 'draws and orders the conversations', '0')
    .option('--max-items <n>', 'conversations to take', integer(1))
    .option('--min-turns <n>', 'messages that a conversation must have', integer(1))
    .option('--max-turns <n>', 'messages that are kept of it', integer(1))
    .option('--min-content-len <n>', 'shortest message, characters', integer(0))
    .option('--max-content-len <n>', 'longest message, characters', integer(0))
    .option('--ascii-only', 'conversations of which every message is ASCII, as English mostly is')
    .option(
      '--non-ascii-only',
      'conversations of which no message is all ASCII; the Python script keeps only these',
    )
    .option('--keep-last-question', 'let a conversation end with a question without an answer')
    .option('--no-merge', 'leave parts (ids that end in _0, _1, …) as they are')
    .option('--model <name>', 'tokenizer for the statistics: gpt2, a folder, or a model name')
    .action(convert);
  withFlags(sharegpt, screenFlags);
  return new Command('convert').description('convert conversations').addCommand(sharegpt);
}

async function convert(input: string, output: string, flags: Flags): Promise<void> {
  if (flags.asciiOnly && flags.nonAsciiOnly) {
    throw new UsageError('found --ascii-only and --non-ascii-only; expected one of them');
  }
  const { merge: mergeParts, wide, ...rest } = flags;
  const converted = await convertShareGpt({ input: dataFile(input), output, mergeParts, ...rest });
  const { conversations, written, dropped, shape } = converted;
  const { tokens, ...counted } = shape;
  const table = describeColumns(tokens.length ? shape : counted, reportColumns(wide));
  const lines = [
    `${output}: ${written} of ${conversations} conversations`,
    ...droppedLines(dropped).map((line) => `  ${line}`),
  ];
  process.stdout.write(`${[...lines, '', table].join('\n')}
`);
}
