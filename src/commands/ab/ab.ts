import { Command } from 'commander';
import { CONTROL_NAMES, CONTROLS, type ControlName } from '../../ab/controls.ts';
import { MEASURE_KEYS, MEASURE_NAMES, type MeasureKey } from '../../ab/measures.ts';
import { ISOLATIONS, type RoundIsolation } from '../../ab/player.ts';
import { EXPECTATION_NAMES, type ExpectationName } from '../../ab/settings.ts';
import { UsageError } from '../../base/errors.ts';
import { checkPicture } from '../../figures/picture.ts';
import { checkWritable } from '../../play/writable.ts';
import { type Flag, grouped, withFlags } from '../flags/flag-table.ts';
import { FLAGS, screenFlags, targetFlags } from '../flags/flags.ts';
import { integer, oneOf, time } from '../flags/options.ts';
import { PRECEDENCE } from '../run.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { type ArmFlags, armFlags } from './arms.ts';
import { percentage } from './percentage.ts';

export interface AbFlags extends ArmFlags {
  readonly metric: MeasureKey;
  readonly minGain: number;
  readonly confidence: number;
  readonly rounds: number;
  readonly controlRounds: number;
  readonly controls: string;
  readonly expect: ExpectationName;
  readonly reset?: string;
  readonly isolate?: RoundIsolation;
  readonly startTimeout: number;
  readonly simulate?: boolean;
  readonly resume?: string;
  readonly json?: string;
  readonly figure?: string;
}

export const abFlags: readonly Flag[] = [
  ...grouped('What is compared', armFlags),
  ...grouped('How it is judged', [
    {
      flags: '--metric <name>',
      says: `what decides: ${MEASURE_NAMES.join(', ')}; of times also p50, p90, p95, p99, as in ttft.p95`,
      parse: oneOf<MeasureKey>(...MEASURE_KEYS),
      default: 'ttft',
    },
    {
      flags: '--min-gain <share>',
      says: 'the least gain that is worth having: 2% or 0.02',
      parse: percentage,
      default: 0.02,
    },
    {
      flags: '--confidence <share>',
      says: 'of the intervals, however often they are looked at: 95% or 0.95',
      parse: percentage,
      default: 0.95,
    },
    {
      flags: '--rounds <n>',
      says: 'most rounds of A and B',
      parse: integer(6),
      default: 30,
    },
    {
      flags: '--controls <names>',
      says: `auto: those that the difference of the arms has to stand; all, none, or of ${CONTROL_NAMES.join(', ')}`,
      default: 'auto',
    },
    {
      flags: '--control-rounds <n>',
      says: 'rounds of each control',
      parse: integer(2),
      default: 4,
    },
    {
      flags: '--expect <what>',
      says: 'what exits with 0: that B is better, or that it is not worse by the least gain',
      choices: EXPECTATION_NAMES,
      default: 'better',
    },
  ]),
  ...grouped('Between runs', [
    {
      flags: '--reset <path>',
      says: "post to this path of the target before each run, as vLLM's /reset_prefix_cache",
    },
    {
      flags: '--isolate <how>',
      says: 'what keeps a round from finding another in a cache: marker (a line before the prompt), salt (cache_salt) or none; default: marker, and none with --simulate',
      choices: ISOLATIONS,
    },
    {
      flags: '--start-timeout <time>',
      says: 'how long an engine may take until it answers',
      parse: time('sec', 0),
      default: 600,
    },
  ]),
  ...targetFlags,
  FLAGS.simulate,
  FLAGS.set,
  FLAGS.seed,
  FLAGS.users,
  FLAGS.outputDir,
  { flags: '--resume <dir>', says: 'go on with the experiment in this folder' },
  { flags: '--json <file>', says: 'write what was found; -: to stdout, instead of the text' },
  { flags: '--figure <file>', says: 'draw the difference over rounds: .svg or .png' },
  ...screenFlags,
];

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

/** Those that are named, the floor first; undefined: those that the arms' difference has to stand. */
export function controlNames(
  { controls }: Pick<AbFlags, 'controls'>,
  problems: string[] = [],
): readonly ControlName[] | undefined {
  if (controls === 'auto') return undefined;
  if (controls === 'all') return CONTROL_NAMES;
  const named = controls === 'none' ? [] : controls.split(',').map((name) => name.trim());
  for (const name of named) {
    if (Object.hasOwn(CONTROLS, name)) continue;
    problems.push(
      `--controls: found '${name}'; expected auto, all, none, or some of ${CONTROL_NAMES.join(', ')}`,
    );
  }
  return CONTROL_NAMES.filter((name) => name === 'floor' || named.includes(name));
}
