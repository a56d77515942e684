import { Command } from 'commander';
import { createCommand } from './create.ts';
import { noiseCommand } from './noise.ts';
import { queriesCommand } from './queries.ts';

/** `confab oracle queries | create | noise`. */
export function oracleCommand(): Command {
  return new Command('oracle')
    .description('Data sets of queries with the lengths of their answers, known or predicted.')
    .addCommand(queriesCommand())
    .addCommand(createCommand())
    .addCommand(noiseCommand());
}
