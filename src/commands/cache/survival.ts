import { Command } from 'commander';
import { type Flag, grouped, withFlags } from '../flags/flag-table.ts';
import { integer, time } from '../flags/options.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { type OutcomeFlags, outcomeFlags, telling } from './outcome.ts';
import { runOf } from './run-of.ts';

interface Flags extends OutcomeFlags {
  readonly capacity?: number;
  readonly ttl?: number;
}

const survivalFlags: readonly Flag[] = [
  ...grouped('What is asked', [
    {
      flags: '--capacity <blocks>',
      says: 'of the LRU cache whose hits are expected; default: as the hits show',
      parse: integer(1),
    },
    {
      flags: '--ttl <time>',
      says: 'also expect the hits of a cache that forgets what was not used for so long, seconds or with a unit, as 5m',
      parse: time('sec', 0),
    },
  ]),
  ...outcomeFlags,
];

const HELP = `
Says how likely a conversation finds what it left in the prefix cache, by how long it
was away and by how much was used meanwhile, as measured in one run, beside what an LRU
cache of the server's size has. It takes gaps that vary: the scenario survival has
some from a second to minutes.
`;

/** `confab cache survival RUN`. */
export function survivalCommand(): Command {
  const command = new Command('survival')
    .description('Say how long what conversations leave in the cache survives there.')
    .argument('<run>', 'run folder')
    .addHelpText('after', flowingHelp(HELP))
    .action(survival);
  return withFlags(command, survivalFlags);
}

async function survival(dir: string, flags: Flags): Promise<void> {
  await telling(flags, async () => {
    const [{ survivalOf }, { survivalSections }, { survivalFigures }, { survivalJson }] =
      await Promise.all([
        import('../../capacity/survival.ts'),
        import('../../capacity/survival-sections.ts'),
        import('../../capacity/survival-figures.ts'),
        import('../../capacity/survival-json.ts'),
      ]);
    const run = await runOf(dir);
    const found = survivalOf(run, {
      capacityBlocks: flags.capacity,
      ttlMs: flags.ttl === undefined ? undefined : 1000 * flags.ttl,
    });
    return {
      sections: survivalSections(found, dir),
      figures: survivalFigures(found),
      json: survivalJson(found, dir),
    };
  });
}
