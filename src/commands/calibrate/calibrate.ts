import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { withFlags } from '../flags/flag-table.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { type CalibrateFlags, calibrateFlags, OF_RUNS } from './flags.ts';

const HELP = `
Finds the constants with which the engine built in takes as long as a real one does,
and writes a profile that --gpu and engine.gpu read, with an interval of 95 % for
every constant. It measures a server, or fits to runs that there are.

With --url it measures an otherwise idle server by its API alone, within the budget:
steps of decode and prefill, what its API adds, its limits, what its cache holds and
what comes back from below the GPU. All probes are kept in a run folder. Exit code 1:
the server cannot be measured as it is, and why.

With runs it plays each again in virtual time, as its scenario says, and changes the
constants until the times to first tokens, between tokens and to the last agree; it
says which constants the runs do not determine. A run is a run folder, or a trace that
says when requests came and how long they took (as LLMServingSim records them). What
its server did not tell on its /metrics page has to be said; a number before it is of
that run alone:

  confab calibrate light/ heavy/ --gpu h100 --set engine.maxModelTokens=16384
    --set 2:engine.offload.preset=vllm --set 2:engine.offload.cpu.capacityGB=34
`;

/** `confab calibrate --url URL` and `confab calibrate RUN…`. */
export function calibrateCommand(): Command {
  const command = new Command('calibrate')
    .description('Make a profile of a real engine that the engine built in plays.')
    .argument('[run...]', 'run folders, or traces with times')
    .addHelpText('after', flowingHelp(HELP))
    .action(async (runs: string[], flags: CalibrateFlags) => {
      if (flags.url === undefined && runs.length > 0) {
        const { calibrateRuns } = await import('./runs.ts');
        return calibrateRuns(runs, flags);
      }
      refuseBoth(runs, flags);
      const { calibrateServer } = await import('./server.ts');
      return calibrateServer(flags);
    });
  return withFlags(command, calibrateFlags);
}

/** A server is probed, or runs are fitted to. */
function refuseBoth(runs: readonly string[], flags: CalibrateFlags): void {
  if (flags.url === undefined) {
    throw new UsageError(
      'found neither a run nor --url; expected run folders or traces to fit to, or the base URL of a server to measure',
    );
  }
  if (runs.length > 0) {
    throw new UsageError(
      `found --url and the run ${runs[0]}; expected one of them: a server is measured, or runs are fitted to`,
    );
  }
  const [found] = OF_RUNS.filter(([, name]) => {
    const value = flags[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  if (found) throw new UsageError(`found ${found[0]} with --url; expected it with runs alone`);
}
