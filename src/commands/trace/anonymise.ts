import { Command } from 'commander';
import type { Reading } from '../../workload/traces/rewrite/open-trace.ts';
import type { PartName } from '../../workload/traces/rewrite/parts.ts';
import { WRITTEN_FORMATS } from '../../workload/traces/rewrite/writers.ts';
import { type Flag, withFlags } from '../flags/flag-table.ts';
import { dataFile } from '../scenario/shipped.ts';
import { writingFlags, writtenText } from './convert.ts';
import { readingFlags, readingOf } from './reading.ts';

interface Flags extends Reading {
  readonly to?: string;
  readonly toBlockTokens?: number;
  readonly drop: readonly PartName[];
  readonly tokenizer: string;
}

const ownFlags: readonly Flag[] = [
  {
    flags: '--to <format>',
    says: "format to write; default: the input's, else the first that has a place for it all",
    choices: WRITTEN_FORMATS,
  },
  {
    flags: '--tokenizer <spec>',
    says: 'what texts are counted by: gpt2, a folder, or a model name',
    default: 'gpt2',
  },
];

/** `confab trace anonymise INPUT OUTPUT`. */
export function anonymiseCommand(): Command {
  const command = new Command('anonymise')
    .description('Write what a trace shares, its lengths and its times: no texts, no names.')
    .argument('<input>', 'recorded requests, in any format that confab reads', dataFile)
    .argument('<output>', 'file of JSON lines to write; of sessions also a folder, which ends in /')
    .action(anonymise);
  return withFlags(command, [...ownFlags, ...writingFlags, ...readingFlags]);
}

async function anonymise(input: string, output: string, flags: Flags): Promise<void> {
  const { anonymiseTrace } = await import('../../workload/traces/rewrite/anonymise.ts');
  const { toBlockTokens: blockTokens, to, drop, tokenizer } = flags;
  const reading = readingOf(flags);
  const written = await anonymiseTrace({
    input,
    output,
    reading,
    to,
    blockTokens,
    drop,
    tokenizer,
  });
  process.stdout.write(writtenText(output, written));
}
