import { Command } from 'commander';
import { type Flag, grouped, withFlags } from '../flags/flag-table.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { type OutcomeFlags, outcomeFlags, telling } from './outcome.ts';
import { runOf } from './run-of.ts';
import { bytesPerTokenOf, type SizingFlags, sizingFlags } from './sizing-flags.ts';

type Flags = SizingFlags & OutcomeFlags;

const capacityFlags: readonly Flag[] = [...grouped('What is asked', sizingFlags), ...outcomeFlags];

const HELP = `
Says how large the prefix cache is that served a run, by what its requests found: who
found a block tells that the cache is at least as large as all that was used since
then, who missed one tells that it is smaller. With an interval of 95 %, beside what
the server's /metrics page says, for the GPU and for a tier below it.
`;

/** `confab cache capacity RUN`. */
export function capacityCommand(): Command {
  const command = new Command('capacity')
    .description('Say how large the prefix cache is that served a run, by its hits.')
    .argument('<run>', 'run folder')
    .addHelpText('after', flowingHelp(HELP))
    .action(capacity);
  return withFlags(command, capacityFlags);
}

async function capacity(dir: string, flags: Flags): Promise<void> {
  await telling(flags, async () => {
    const bytesPerToken = await bytesPerTokenOf(flags);
    const [{ capacityOfRun }, { capacitySections }, { capacityFigures }, { capacityJson }] =
      await Promise.all([
        import('../../capacity/capacity.ts'),
        import('../../capacity/sections.ts'),
        import('../../capacity/figures.ts'),
        import('../../capacity/json.ts'),
      ]);
    const found = capacityOfRun(await runOf(dir), bytesPerToken);
    return {
      sections: capacitySections(found, dir),
      figures: capacityFigures(found),
      json: capacityJson(found, dir),
    };
  });
}
