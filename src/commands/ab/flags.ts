import { CONTROL_NAMES, CONTROLS, type ControlName } from '../../ab/controls.ts';
import { MEASURE_KEYS, MEASURE_NAMES, type MeasureKey } from '../../ab/measures.ts';
import { ISOLATIONS, type RoundIsolation } from '../../ab/player.ts';
import { EXPECTATION_NAMES, type ExpectationName } from '../../ab/settings.ts';
import { type Flag, grouped } from '../flags/flag-table.ts';
import { FLAGS, screenFlags, targetFlags } from '../flags/flags.ts';
import { integer, oneOf, time } from '../flags/options.ts';
import { type PageFlags, pageFlag } from '../page/page-flags.ts';
import { type ArmFlags, armFlags } from './arms.ts';
import { percentage } from './percentage.ts';

/** Most rounds, where nobody says how many. */
export const ROUNDS_MAX = 30;

export interface AbFlags extends ArmFlags, PageFlags {
  readonly metric: MeasureKey;
  readonly minGain: number;
  readonly confidence: number;
  readonly rounds?: number;
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
      says: `most rounds of A and B; default: ${ROUNDS_MAX}, and with --resume what it was`,
      parse: integer(6),
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
  {
    ...FLAGS.live,
    says: `${FLAGS.live.says}; each in its turn, and at the end what came of them`,
  },
  { flags: '--resume <dir>', says: 'go on with the experiment in this folder' },
  { flags: '--json <file>', says: 'write what was found; -: to stdout, instead of the text' },
  { flags: '--figure <file>', says: 'draw the difference over rounds: .svg or .png' },
  pageFlag('the folder of the experiment', 'ab.html'),
  ...screenFlags,
];

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
