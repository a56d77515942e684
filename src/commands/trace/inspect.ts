import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { BLOCK_TOKENS } from '../../cache/ideal.ts';
import type { Inspection } from '../../inspect/inspection.ts';
import { checkWritable } from '../../play/writable.ts';
import type { Reading } from '../../workload/traces/rewrite/open-trace.ts';
import { type Flag, grouped, withFlags } from '../flags/flag-table.ts';
import { screenFlags } from '../flags/flags.ts';
import { lifetimeFlags } from '../flags/lifetime-flags.ts';
import { listOf } from '../flags/lists.ts';
import { integer } from '../flags/options.ts';
import { bytesPerTokenOf, type SizingFlags, sizingFlags } from '../flags/sizing-flags.ts';
import { dataFile } from '../scenario/shipped.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { reportColumns } from '../terminal/screen.ts';
import { readingFlags, readingOf } from './reading.ts';

interface Flags extends Reading, SizingFlags {
  readonly engineBlockTokens: number;
  readonly warmup: number;
  readonly capacity?: readonly number[];
  readonly ttl?: readonly number[];
  readonly json?: string;
  readonly figure?: string;
  readonly wide?: boolean;
}

const inspectFlags: readonly Flag[] = [
  ...readingFlags,
  ...grouped('What is asked', [
    {
      flags: '--capacity <blocks,...>',
      says: 'sizes of an LRU cache; default: parts of all blocks there are',
      parse: listOf(integer(1)),
    },
    ...lifetimeFlags,
    {
      flags: '--engine-block-tokens <n>',
      says: 'block size of the engine whose count of cached tokens is foreseen',
      parse: integer(1),
      default: BLOCK_TOKENS,
    },
    ...sizingFlags,
  ]),
  ...grouped('What comes of it', [
    { flags: '--json <file>', says: 'write all numbers; -: to stdout, instead of the text' },
    {
      flags: '--figure <file>',
      says: 'draw what a cache finds by capacity and by time to live, how requests come and how long they are: FILE ends in .svg or .png',
    },
    ...screenFlags,
  ]),
];

const HELP = `
Reads recorded requests and says what they are (format, unit of time, blocks, sessions,
lengths, arrivals), what is doubtful about them, and how much of them a prefix cache
could find: by six definitions if it never forgets, for every size of an LRU cache
beside a bound for any policy, and for every time to live. Nothing is sent.

The keys of the JSON: confab schema inspection
`;

/** `confab trace inspect FILE`: what a trace is, and what a prefix cache could find in it. */
export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('Say what a trace is, and what a prefix cache could find in it.')
    .argument('<file>', 'recorded requests, in any format that confab reads', dataFile)
    .addHelpText('after', flowingHelp(HELP))
    .action(inspect);
  return withFlags(command, inspectFlags);
}

async function inspect(file: string, flags: Flags): Promise<void> {
  const { json, figure, capacity, ttl, warmup, wide } = flags;
  if (json !== undefined && json !== '-') checkWritable('--json', json);
  const draw = figure === undefined ? undefined : await drawing(figure);
  const [{ inspectTrace }, { inspectionText }, { inspectionJson }] = await Promise.all([
    import('../../inspect/inspect.ts'),
    import('../../inspect/text.ts'),
    import('../../inspect/inspection-json.ts'),
  ]);
  const { engineBlockTokens } = flags;
  const bytesPerToken = await bytesPerTokenOf(flags);
  const asked = { capacities: capacity, ttlsSec: ttl, warmupShare: warmup };
  const engine = { engineBlockTokens, bytesPerToken };
  const inspection = await inspectTrace(file, { ...readingOf(flags), ...asked, ...engine });
  await draw?.(inspection);
  if (json === '-') {
    process.stdout.write(inspectionJson(inspection));
    return;
  }
  if (json !== undefined) writeWhole(json, [inspectionJson(inspection)]);
  process.stdout.write(`${inspectionText(inspection, reportColumns(wide))}\n`);
}

/** A name that no picture can have is refused before anything is read. */
async function drawing(figure: string): Promise<(inspection: Inspection) => Promise<void>> {
  const { checkPicture, writePicture } = await import('../../figures/picture.ts');
  checkPicture(figure);
  checkWritable('--figure', figure);
  return async ({ file, figures }) => {
    if (!figures.length) {
      throw new UsageError(
        `${file}: found no times, no lengths and no blocks; expected some for --figure`,
      );
    }
    await writePicture(figure, figures);
  };
}
