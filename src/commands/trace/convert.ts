import { Command } from 'commander';
import type { Reading } from '../../workload/traces/rewrite/open-trace.ts';
import { DROPPABLE, type PartName } from '../../workload/traces/rewrite/parts.ts';
import { WRITTEN_FORMATS } from '../../workload/traces/rewrite/writers.ts';
import { type Flag, withFlags } from '../flags/flag-table.ts';
import { list } from '../flags/lists.ts';
import { integer } from '../flags/options.ts';
import { dataFile } from '../scenario/shipped.ts';
import { readingFlags, readingOf } from './reading.ts';

interface Flags extends Reading {
  readonly to: string;
  readonly toBlockTokens?: number;
  readonly drop: readonly PartName[];
}

/** What is written, of any verb that writes a trace anew. */
export const writingFlags: readonly Flag[] = [
  {
    flags: '--to-block-tokens <n>',
    says: 'tokens that one hash id of the output stands for: as in the input, or a multiple',
    parse: integer(1),
  },
  {
    flags: '--drop <parts>',
    says: `what to leave out, where the format has no place for it, with commas: ${DROPPABLE.join(', ')}`,
    parse: list(DROPPABLE),
    default: [],
  },
];

/** `confab trace convert INPUT OUTPUT --to FORMAT`. */
export function convertTraceCommand(): Command {
  const command = new Command('convert')
    .description('Write a trace in another format; what that has no place for is refused by name.')
    .argument('<input>', 'recorded requests, in any format that confab reads', dataFile)
    .argument('<output>', 'file of JSON lines to write; of sessions also a folder, which ends in /')
    .action(convert);
  const to: Flag = {
    flags: '--to <format>',
    says: 'format to write',
    choices: WRITTEN_FORMATS,
    isRequired: true,
  };
  return withFlags(command, [to, ...writingFlags, ...readingFlags]);
}

async function convert(input: string, output: string, flags: Flags): Promise<void> {
  const { convertTrace } = await import('../../workload/traces/rewrite/convert.ts');
  const { to, toBlockTokens: blockTokens, drop } = flags;
  const reading = readingOf(flags);
  const converted = await convertTrace({ input, output, to, reading, blockTokens, drop });
  process.stdout.write(writtenText(output, { ...converted, to }));
}

interface Written {
  readonly from: string;
  readonly to: string;
  readonly requests: number;
  readonly sessions: number;
  readonly blockTokens: number | undefined;
  readonly notes: readonly string[];
}

export function writtenText(output: string, written: Written): string {
  const { from, to, requests, sessions, blockTokens, notes } = written;
  const grouped = sessions < requests ? ` of ${sessions} sessions` : '';
  const blocks = blockTokens === undefined ? '' : `, blocks of ${blockTokens} tokens`;
  const change = from === to ? to : `${from} to ${to}`;
  const lines = [
    `${output}: ${requests} requests${grouped}, ${change}${blocks}`,
    ...notes.map((note) => `  ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}
