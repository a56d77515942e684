import { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import type { Panel } from '../figures/panel.ts';
import { droppedLines } from '../workload/files/tally.ts';
import { type PooledLengths, writePromptPool } from '../workload/sharegpt/prompt-pool.ts';
import { withFlags } from './flags/flag-table.ts';
import { FLAGS } from './flags/flags.ts';
import { integer } from './flags/options.ts';

interface Flags {
  readonly dataPathPart1?: string;
  readonly dataPathPart2?: string;
  readonly modelPath: string;
  readonly output: string;
  readonly maxPrompts: number;
  readonly figure?: string;
}

/** `confab prepare prompt-pool FILE...`: the flags of BurstGPT's pre_shareGPT.py. */
export function promptPoolCommand(): Command {
  const command = new Command('prompt-pool')
    .description("make a pool of prompts of ShareGPT, with the flags of BurstGPT's pre_shareGPT.py")
    .argument('[file...]', 'ShareGPT JSON or JSON lines, or OpenAI messages')
    .option('--data-path-part1 <file>', 'the first such file')
    .option('--data-path-part2 <file>', 'and another')
    .option(
      '--model-path <name>',
      'tokenizer: gpt2, a folder, a tokenizer.json or a Hugging Face model name',
      'gpt2',
    )
    .option('--output <file>', 'the pool, as confab burstgpt --data-path reads it', 'shareGPT.json')
    .option('--max-prompts <n>', 'prompts that are kept, the first', integer(1), 300)
    .option('--figure <file>', 'draw how long they are: FILE ends in .svg or .png')
    .action(prepare);
  return withFlags(command, [FLAGS.logFormat]);
}

async function prepare(files: readonly string[], flags: Flags): Promise<void> {
  const { dataPathPart1, dataPathPart2, modelPath, output, maxPrompts, figure } = flags;
  const inputs = [...files, dataPathPart1, dataPathPart2].filter((one) => one !== undefined);
  if (!inputs.length) {
    throw new UsageError('found no file; expected ShareGPT files, or --data-path-part1');
  }
  const { checkPicture, writePicture } = await import('../figures/picture.ts');
  if (figure !== undefined) checkPicture(figure);
  const pool = await writePromptPool({
    inputs,
    output,
    tokenizer: modelPath,
    promptsMax: maxPrompts,
  });
  if (figure !== undefined) await writePicture(figure, panelsOf(pool));
  const { conversations, inputTokens, dropped } = pool;
  const lines = [
    `${output}: ${inputTokens.length} prompts of ${conversations} conversations`,
    ...droppedLines(dropped).map((line) => `  ${line}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

const BINS = 200;

function panelsOf({ inputTokens, outputTokens }: PooledLengths): Panel[] {
  return [
    histogram('Prompts of the pool', 'prompt', inputTokens),
    histogram('Answers of the pool', 'answer', outputTokens),
  ];
}

function histogram(title: string, label: string, tokens: readonly number[]): Panel {
  const longest = tokens.reduce((most, one) => Math.max(most, one), 1);
  const step = Math.max(1, Math.ceil((longest + 1) / BINS));
  const counts = new Map<number, number>();
  for (const one of tokens) {
    const bin = Math.floor(one / step) * step;
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const points = [...counts].sort(([a], [b]) => a - b);
  return {
    title,
    kind: 'bar',
    x: { label, unit: 'tokens', step },
    y: { label: 'prompts', unit: 'count' },
    series: [{ name: '', points }],
  };
}
