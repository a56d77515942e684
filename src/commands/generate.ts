import { Command } from 'commander';
import { defaultCacheDir } from '../base/cache-dir.ts';
import { UsageError } from '../base/errors.ts';
import { describeColumns } from '../report/describe.ts';
import { findGeneratorConfig } from '../workload/chats/generated/config.ts';
import { generateChats } from '../workload/chats/generated/generated.ts';
import { shapeOf } from '../workload/chats/shape.ts';
import { isSameFile, writeWhole } from '../workload/files/whole-file.ts';
import { openTokenizer } from '../workload/tokenizer/tokenizer.ts';
import { locateTokenizer } from '../workload/tokenizer/tokenizer-files.ts';
import { withFlags } from './flags/flag-table.ts';
import { screenFlags } from './flags/flags.ts';
import { reportColumns } from './terminal/screen.ts';

export interface GenerateFlags {
  readonly output: string;
  readonly seed: string;
  readonly tokenizer: string;
  readonly compat: boolean;
  readonly printStats: boolean;
  readonly wide?: boolean;
}

/** `confab generate CONFIG --output FILE`: the conversations that a run with CONFIG as its file plays. */
export function generateCommand(): Command {
  const command = new Command('generate')
    .description(
      "Make conversations from a generate_conversations configuration of vLLM's multi-turn benchmark.",
    )
    .argument('<config>', 'JSON with filetype: generate_conversations')
    .requiredOption('--output <file>', 'JSON list of conversations to write')
    .option('--seed <seed>', 'names the random streams', '0')
    .option(
      '--tokenizer <name>',
      "'gpt2', a folder, a tokenizer.json or a Hugging Face model name",
      'gpt2',
    )
    .option('--compat', "lengths and offsets by bench_dataset.py's own arithmetic", false)
    .option('--print-stats', 'print statistics of turns and tokens', false)
    .action(writeGenerated);
  return withFlags(command, screenFlags);
}

/** Writes the conversations of a configuration, and says what they are. */
export async function writeGenerated(file: string, flags: GenerateFlags): Promise<void> {
  if (isSameFile(file, flags.output)) {
    throw new UsageError(`--output: found ${flags.output}, the configuration itself`);
  }
  const value = await findGeneratorConfig(file);
  if (value === undefined) {
    throw new UsageError(`${file}: expected an object with filetype: generate_conversations`);
  }
  const tokenizer = await locateTokenizer(flags.tokenizer);
  const { seed, compat: isCompat } = flags;
  const cacheDir = defaultCacheDir();
  const made = await generateChats({ file, value, seed, isCompat, tokenizer, cacheDir });
  const { chats, config, notes } = made;
  await writeWhole(flags.output, [`${JSON.stringify(chats, undefined, INDENT)}\n`]);
  const lines = [`${flags.output}: ${chats.length} conversations`, ...notes];
  if (flags.printStats || config.printStats) {
    const { count } = await openTokenizer(tokenizer);
    const { turns, userTokens, assistantTokens, requestTokens } = shapeOf(chats, count);
    lines.push(
      '',
      describeColumns(
        {
          conversation_turns: turns,
          user_tokens: userTokens,
          assistant_tokens: assistantTokens,
          request_tokens: requestTokens,
        },
        reportColumns(flags.wide),
      ),
    );
  }
  process.stdout.write(`${lines.join('\n')}
`);
}

/** As vLLM's own files. */
const INDENT = 4;
