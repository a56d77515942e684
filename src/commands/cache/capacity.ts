import { statSync } from 'node:fs';
import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { type Flag, grouped, withFlags } from '../flags/flag-table.ts';
import { FLAGS, workloadFlags } from '../flags/flags.ts';
import { integer } from '../flags/options.ts';
import { PRECEDENCE } from '../flags/precedence.ts';
import { bytesPerTokenOf, type SizingFlags, sizingFlags } from '../flags/sizing-flags.ts';
import type { ScenarioFlags } from '../scenario/scenario-of.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { type Outcome, type OutcomeFlags, outcomeFlags, telling } from './outcome.ts';
import { runOf } from './run-of.ts';

interface Flags extends ScenarioFlags, SizingFlags, Omit<OutcomeFlags, 'wide'> {
  readonly scenario?: string;
  readonly seeds: number;
}

const capacityFlags: readonly Flag[] = [
  ...grouped('What is asked', [
    ...sizingFlags,
    {
      flags: '--scenario <file>',
      says: 'of a table of rounds: what was played, a file or a name that `confab scenarios` lists',
    },
    {
      flags: '--seeds <n>',
      says: 'of a table of rounds: so often what was played is played in virtual time',
      parse: integer(2),
      default: 8,
    },
  ]),
  ...outcomeFlags,
  ...workloadFlags,
  ...grouped('The engine that is built in', [FLAGS.gpu]),
  FLAGS.set,
];

const HELP = `
Says how large the prefix cache is that served a run, by what its requests found: who
found a block tells that the cache is at least as large as all that was used since
then, who missed one tells that it is smaller. With an interval of 95 %, beside what
the server's /metrics page says, for the GPU and for a tier below it.

Instead of a run folder also a table of hit rates by round, a CSV with the columns
round and share. Then --scenario, or the flags below, say what was played:

  confab cache capacity rounds.csv --users 40 --rounds 6 --system-prompt 500
    --user-history 4000 --answer 60 --users-per-sec 0.17 --think 24
`;

/** `confab cache capacity RUN`. */
export function capacityCommand(): Command {
  const command = new Command('capacity')
    .description('Say how large the prefix cache is that served a run, by its hits.')
    .argument('<run>', 'run folder, or a CSV of rounds and shares')
    .addHelpText('after', flowingHelp(`${HELP}${PRECEDENCE}`))
    .action(capacity);
  return withFlags(command, capacityFlags);
}

async function capacity(path: string, flags: Flags): Promise<void> {
  await telling(flags, async () => {
    const bytesPerToken = await bytesPerTokenOf(flags);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile()) {
      return ofRounds(path, flags, bytesPerToken);
    }
    // Of what is not there, that is to be said.
    if (stat && flags.scenario !== undefined) {
      throw new UsageError(
        `found --scenario and the run folder ${path}, which has its own; expected a CSV of rounds, or no --scenario`,
      );
    }
    return ofRun(path, bytesPerToken);
  });
}

async function ofRun(dir: string, bytesPerToken: number | undefined): Promise<Outcome> {
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
}

async function ofRounds(
  file: string,
  flags: Flags,
  bytesPerToken: number | undefined,
): Promise<Outcome> {
  const [{ readRoundsTable }, { capacityOfRounds }, told] = await Promise.all([
    import('../../capacity/rounds-table.ts'),
    import('../../capacity/rounds.ts'),
    import('../../capacity/rounds-told.ts'),
  ]);
  const table = readRoundsTable(file);
  const asked = { file: flags.scenario, rows: capacityFlags, flags, isSent: false };
  const { scenarioOf } = await import('../scenario/scenario-of.ts');
  const scenario = await scenarioOf(asked);
  const found = await capacityOfRounds(table, scenario, { seeds: flags.seeds, bytesPerToken });
  return {
    sections: told.roundsSections(found, file),
    figures: told.roundsFigures(found),
    json: told.roundsJson(found, file),
  };
}
