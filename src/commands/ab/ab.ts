import { Command } from 'commander';
import { CONTROL_NAMES, CONTROLS } from '../../ab/controls.ts';
import { withFlags } from '../flags/flag-table.ts';
import { PRECEDENCE } from '../flags/precedence.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { checkFlags } from './check.ts';
import { type AbFlags, abFlags } from './flags.ts';

const HELP = `
Each round plays the scenario twice, once an arm, with the same new users, prompts
and times on both sides. Who goes first is rotated (A B B A, or B A A B). The
difference of a round is one observation, whatever goes on inside it. After every
round its interval is looked at, and may be: it is a confidence sequence, so that
of all experiments without a difference at most 5 % ever show one.

First A is played against itself: the noise floor. Then come the controls:
${CONTROL_NAMES.filter((name) => name !== 'floor')
  .map((name) => `${name}: ${CONTROLS[name].says}`)
  .join('; ')}.
If one shows a gain, nothing is said of B.

It ends when B is better, or worse, or gains less than --min-gain for sure; or
after --rounds. Ctrl-C ends it with what is known. Exit code 0: as --expect says;
1: not so, cannot tell, or refused by a control; 130: interrupted.
`;

export function abCommand(): Command {
  const command = new Command('ab')
    .description('Whether B is better than A: rounds of both, with controls, until it is known.')
    .argument('[scenario]', 'YAML or JSON file, or a name that `confab scenarios` lists');
  return withFlags(command, abFlags)
    .addHelpText('after', flowingHelp(PRECEDENCE))
    .addHelpText('after', flowingHelp(HELP))
    .action(async (file: string | undefined, flags: AbFlags) => {
      checkFlags(file, flags);
      const { playExperiment } = await import('./experiment.ts');
      process.exitCode = await playExperiment(file, flags, abFlags);
    });
}
