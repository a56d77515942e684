import { Command } from 'commander';
import { downloadCommand } from './download.ts';
import { multiTurnDatasetCommand } from './multi-turn.ts';
import { sharedPrefixCommand } from './shared-prefix.ts';

/** `confab dataset shared-prefix | multi-turn | download`. */
export function datasetCommand(): Command {
  return new Command('dataset')
    .description('Make data sets of prompts as AIBrix has them, or fetch public ones.')
    .addCommand(sharedPrefixCommand())
    .addCommand(multiTurnDatasetCommand())
    .addCommand(downloadCommand());
}
