import { Command } from 'commander';
import { CONTROL_NAMES, CONTROLS } from '../../ab/controls.ts';
import { UsageError } from '../../base/errors.ts';
import { checkPicture } from '../../figures/picture.ts';
import { checkWritable } from '../../play/writable.ts';
import { withFlags } from '../flags/flag-table.ts';
import { PRECEDENCE } from '../run.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { type AbFlags, abFlags, controlNames } from './flags.ts';

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

/** @throws UsageError with every problem, before anything is loaded. */
function checkFlags(file: string | undefined, flags: AbFlags): void {
  const { resume, simulate, reset, json, figure, confidence, minGain } = flags;
  const problems: string[] = [];
  if (resume === undefined && file === undefined && !(flags.aScenario && flags.bScenario)) {
    problems.push('scenario: missing; expected a file, a name, or --resume with a folder');
  }
  if (resume !== undefined && file !== undefined) {
    problems.push(
      `found --resume and the scenario ${file}; expected one of them: an experiment has its arms in its folder`,
    );
  }
  const engines = {
    '--reset': reset,
    '--a-command': flags.aCommand,
    '--b-command': flags.bCommand,
  };
  for (const [flag, value] of Object.entries(engines)) {
    if (simulate && value !== undefined) {
      problems.push(`${flag}: not with --simulate, where every run has an engine of its own`);
    }
  }
  if (reset !== undefined && !reset.startsWith('/')) {
    problems.push(`--reset: found '${reset}'; expected a path, as in /reset_prefix_cache`);
  }
  if (!(confidence >= 0.5 && confidence < 1)) {
    problems.push(`--confidence: found ${confidence}; expected from 50% to below 100%`);
  }
  if (!(minGain > 0 && minGain < 1)) {
    problems.push(`--min-gain: found ${minGain}; expected above 0 and below 100%`);
  }
  controlNames(flags, problems);
  if (problems.length) throw new UsageError(problems);
  if (json !== undefined && json !== '-') checkWritable('--json', json);
  if (figure !== undefined) {
    checkPicture(figure);
    checkWritable('--figure', figure);
  }
}
