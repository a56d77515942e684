import { Command } from 'commander';
import { type Flag, grouped, withFlags } from '../flags/flag-table.ts';
import { FLAGS, screenFlags } from '../flags/flags.ts';
import { collect, integer, time } from '../flags/options.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import type { RunsFlags } from './runs.ts';

const HELP = `
Finds the constants with which the engine built in takes as long as a real one did:
plays each run again in virtual time, as its scenario says, and changes the constants
until the times to first tokens, between tokens and to the last agree. Writes a
profile that --gpu and engine.gpu read, with an interval of 95 % for every constant,
and says which ones the runs do not determine.

A run is a run folder, or a trace that says when requests came and how long they took
(as LLMServingSim records them). What its server did not tell on its /metrics page has
to be said; a number before it is of that run alone:

  confab calibrate light/ heavy/ --gpu h100 --set engine.maxModelTokens=16384
    --set 2:engine.offload.preset=vllm --set 2:engine.offload.cpu.capacityGB=34
`;

const flags: readonly Flag[] = [
  ...grouped('What is asked', [
    {
      ...FLAGS.gpu,
      says: 'the profile where the fit begins, and what it leaves as it is: a shipped one, or a .json file',
    },
    { flags: '--budget <time>', says: 'for the fit', parse: time('sec', 0), default: 300 },
    {
      flags: '--predict <run>',
      says: 'a run that is not fitted to, to see how far off the fitted engine is; may be repeated',
      parse: collect,
      default: [],
    },
    {
      flags: '--first <n>',
      says: 'fit to the first n requests of each run alone, and predict the others',
      parse: integer(1),
    },
    {
      ...FLAGS.set,
      flags: '--set <field=value>',
      says: 'any field of the scenario that is played again; 2:field=value is for the second run alone; may be repeated',
    },
  ]),
  ...grouped('What comes of it', [
    { flags: '--out <file>', says: 'the profile', default: 'engine.json' },
    { flags: '--json <file>', says: 'write all numbers; -: to stdout, instead of the text' },
    { flags: '--quiet', says: 'no progress on stderr' },
    ...screenFlags,
  ]),
];

/** `confab calibrate RUN…`. */
export function calibrateCommand(): Command {
  const command = new Command('calibrate')
    .description('Make a profile of a real engine that the engine built in plays.')
    .argument('<run...>', 'run folders, or traces with times')
    .addHelpText('after', flowingHelp(HELP))
    .action(async (runs: string[], given: RunsFlags) => {
      const { calibrateRuns } = await import('./runs.ts');
      await calibrateRuns(runs, given);
    });
  return withFlags(command, flags);
}
