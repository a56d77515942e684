import { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { describeColumns } from '../report/describe.ts';
import { droppedLines } from '../workload/files/tally.ts';
import {
  type Converted,
  type ConvertOptions,
  convertShareGpt,
} from '../workload/sharegpt/convert.ts';
import { FORM_NAMES, FORMS, type FormName } from '../workload/sharegpt/forms.ts';
import { SOURCE_NAMES, SOURCES, type SourceName } from '../workload/sharegpt/sources.ts';
import { withFlags } from './flags/flag-table.ts';
import { screenFlags } from './flags/flags.ts';
import { integer, oneOf } from './flags/options.ts';
import { dataFile } from './scenario/shipped.ts';
import { flowingHelp } from './terminal/help-text.ts';
import { reportColumns } from './terminal/screen.ts';

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

interface AnyFlags extends Flags {
  readonly from: SourceName | 'auto';
  readonly to?: FormName | 'aibrix';
  readonly path?: string;
  readonly type?: keyof typeof AIBRIX_TYPES;
  readonly output?: string;
}

/** AIBrix's names for what its converter reads. */
const AIBRIX_TYPES = { trace: 'client-trace', sharegpt: 'sharegpt' } as const;

/** `confab convert INPUT OUTPUT`, and `confab convert sharegpt` as convert_sharegpt_to_openai.py is called. */
export function convertCommand(): Command {
  const sharegpt = withChoices(
    new Command('sharegpt')
      .description('Make OpenAI messages of a ShareGPT file, parts of a conversation joined.')
      .argument('<input>', 'ShareGPT JSON or JSON lines, or OpenAI messages')
      .argument('<output>', 'JSON list of conversations to write'),
  ).action(convert);
  const any = new Command('convert')
    .description('Convert conversations, prompts or the records of a client.')
    .argument('[input]', 'file of any of the kinds below')
    .argument('[output]', 'file to write')
    .option('--from <kind>', 'what the input is', oneOf('auto', ...SOURCE_NAMES), 'auto')
    .option(
      '--to <form>',
      "what to write: openai, or aibrix, which is AIBrix's form that fits, or one of those below",
      oneOf('aibrix', ...FORM_NAMES),
    )
    .option('--path <file>', "the input, as AIBrix's utility is told it")
    .option(
      '--type <type>',
      "trace or sharegpt: as AIBrix's utility, from it and to aibrix",
      oneOf(...(Object.keys(AIBRIX_TYPES) as (keyof typeof AIBRIX_TYPES)[])),
    )
    .option('--output <file>', 'the output, likewise; default: output.jsonl');
  return (
    withChoices(any)
      .addHelpText(
        'after',
        flowingHelp(() => `\nKinds of --from:\n${list(SOURCES)}\n\nForms of --to:\n${list(FORMS)}`),
      )
      .addCommand(sharegpt)
      // What is behind sharegpt is sharegpt's, though both have flags of one name.
      .enablePositionalOptions()
      .action(convertAny)
  );
}

/** Which conversations are converted, and how. */
function withChoices(command: Command): Command {
  command
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
    .option('--model <name>', 'tokenizer for the statistics: gpt2, a folder, or a model name');
  return withFlags(command, screenFlags);
}

function list(rows: Readonly<Record<string, { says: string }>>): string {
  const width = Math.max(...Object.keys(rows).map((name) => name.length));
  return Object.entries(rows)
    .map(([name, { says }]) => `  ${name.padEnd(width)}  ${says}`)
    .join('\n');
}

async function convert(input: string, output: string, _: Flags, command: Command): Promise<void> {
  // Flags that both commands have are the outer one's, wherever they stand.
  const { to, ...flags }: AnyFlags = command.optsWithGlobals();
  const converted = await convertShareGpt({
    input: dataFile(input),
    output,
    ...choicesOf(flags),
    to,
  });
  print(output, flags, converted);
}

async function convertAny(
  first: string | undefined,
  second: string | undefined,
  flags: AnyFlags,
  command: Command,
): Promise<void> {
  const { path, type } = flags;
  if (first === undefined && path === undefined) {
    if (type !== undefined || flags.output !== undefined) {
      throw new UsageError('--path: missing; expected the file to convert');
    }
    command.outputHelp({ error: true });
    process.exitCode = 2;
    return;
  }
  if (first !== undefined && path !== undefined) {
    throw new UsageError(`found ${first} and --path ${path}; expected one of them`);
  }
  const output = second ?? flags.output ?? (path === undefined ? undefined : 'output.jsonl');
  if (output === undefined) throw new UsageError('found no output; expected INPUT OUTPUT');
  const converted = await convertShareGpt({
    input: dataFile(first ?? path!),
    output,
    ...choicesOf(flags),
    keepSystem: true,
    from: type ? AIBRIX_TYPES[type] : flags.from,
    to: flags.to ?? (type ? 'aibrix' : 'openai'),
  });
  print(output, flags, converted, converted.notes);
}

function choicesOf(flags: Flags): Omit<ConvertOptions, 'input' | 'output'> {
  if (flags.asciiOnly && flags.nonAsciiOnly) {
    throw new UsageError('found --ascii-only and --non-ascii-only; expected one of them');
  }
  const { seed, model, maxItems, minTurns, maxTurns, minContentLen, maxContentLen } = flags;
  const { asciiOnly, nonAsciiOnly, keepLastQuestion, merge: mergeParts } = flags;
  return {
    ...{ seed, model, maxItems, minTurns, maxTurns, minContentLen, maxContentLen },
    ...{ asciiOnly, nonAsciiOnly, keepLastQuestion, mergeParts },
  };
}

function print(
  output: string,
  { wide }: Flags,
  { conversations, written, dropped, shape }: Converted,
  notes: readonly string[] = [],
): void {
  const { tokens, ...counted } = shape;
  const table = describeColumns(tokens.length ? shape : counted, reportColumns(wide));
  const lines = [
    `${output}: ${written} of ${conversations} conversations`,
    ...[...droppedLines(dropped), ...notes].map((line) => `  ${line}`),
  ];
  process.stdout.write(`${[...lines, '', table].join('\n')}
`);
}
