import { Command } from 'commander';
import { writeWhole } from '../../base/write-whole.ts';
import { checkWritable } from '../../play/writable.ts';
import { type Flag, grouped, withFlags } from '../flags/flag-table.ts';
import { integer, time } from '../flags/options.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { type OutcomeFlags, outcomeFlags, telling } from './outcome.ts';
import { runOf } from './run-of.ts';

interface Flags extends OutcomeFlags {
  readonly capacity?: number;
  readonly tierCapacity?: number;
  readonly ttl?: number;
  readonly replicaHeader?: string;
  readonly csv?: string;
}

const explainFlags: readonly Flag[] = [
  ...grouped('What is known of the engine', [
    {
      flags: '--capacity <blocks>',
      says: "of the GPU's prefix cache: what it would have found is predicted; default: as the server says, else as the hits show",
      parse: integer(1),
    },
    {
      flags: '--tier-capacity <blocks>',
      says: "of the memory below the GPU, in the GPU's blocks; default: so much that nothing is evicted from it, where there is any",
      parse: integer(1),
    },
    {
      flags: '--ttl <time>',
      says: 'what nobody used for so long is forgotten, seconds or with a unit, as 5m; default: as the hits show',
      parse: time('sec', 0),
    },
    {
      flags: '--replica-header <name>',
      says: 'response header that names the replica, of those that output.keepHeaders kept',
      parse: (text) => text.toLowerCase(),
    },
  ]),
  ...grouped('What comes of it', [
    {
      flags: '--csv <file>',
      says: 'write a row for each request; -: to stdout, instead of the text',
    },
  ]),
  ...outcomeFlags,
];

const HELP = `
Says where the prompt tokens of a run went: found in the prefix cache, out of any
cache's reach, or lost, and why. Each token has one cause, and the sums are exact by
turn, by session and in total. It needs the engine's counts of prompt tokens and of
cached ones; nothing is sent.
`;

/** `confab cache explain RUN`. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('Say why less was found in the cache than could be, token by token.')
    .argument('<run>', 'run folder')
    .addHelpText('after', flowingHelp(HELP))
    .action(explain);
  return withFlags(command, explainFlags);
}

async function explain(dir: string, flags: Flags): Promise<void> {
  const { csv } = flags;
  if (csv !== undefined && csv !== '-') checkWritable('--csv', csv);
  const [{ explain }, { ledgerSections }, { ledgerFigures }, { ledgerJson }, { ledgerCsv }] =
    await Promise.all([
      import('../../ledger/explain.ts'),
      import('../../ledger/sections.ts'),
      import('../../ledger/figures.ts'),
      import('../../ledger/json.ts'),
      import('./ledger-csv.ts'),
    ]);
  const find = async () => {
    const { capacity, tierCapacity, ttl, replicaHeader } = flags;
    return explain(await runOf(dir), {
      capacityBlocks: capacity,
      tierBlocks: tierCapacity,
      ttlMs: ttl === undefined ? undefined : 1000 * ttl,
      replicaHeader,
    });
  };
  if (csv === '-') {
    process.stdout.write(ledgerCsv(await find()));
    return;
  }
  await telling(flags, async () => {
    const ledger = await find();
    if (csv !== undefined) writeWhole(csv, [ledgerCsv(ledger)]);
    return {
      sections: ledgerSections(ledger, dir),
      figures: ledgerFigures(ledger),
      json: ledgerJson(ledger, dir),
    };
  });
}
