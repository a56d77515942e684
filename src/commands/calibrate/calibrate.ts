import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { withFlags } from '../flags/flag-table.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { type CalibrateFlags, calibrateFlags } from './flags.ts';

const HELP = `
Measures an otherwise idle server by its API alone, within the budget: steps of
decode and prefill, what its API adds, its limits, what its cache holds and what
comes back from below the GPU. Writes a profile that the engine built in plays as
the server is: --gpu engine.json, or engine.gpu in a scenario. All probes are kept
in a run folder. Exit code 1: the server cannot be measured as it is, and why.
`;

export function calibrateCommand(): Command {
  const command = new Command('calibrate')
    .description('Measure a server, and make a profile that the engine built in plays.')
    .addHelpText('after', flowingHelp(HELP))
    .action(async (flags: CalibrateFlags) => {
      if ((flags as { url?: string }).url === undefined && flags.set.length === 0) {
        throw new UsageError('--url: missing; expected the base URL of a server');
      }
      const { calibrateServer } = await import('./server.ts');
      await calibrateServer(flags);
    });
  return withFlags(command, calibrateFlags);
}
