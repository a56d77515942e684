import { UsageError } from '../../base/errors.ts';
import { checkPicture } from '../../figures/picture.ts';
import { checkWritable } from '../../play/writable.ts';
import { pageWriter } from '../page/page-file.ts';
import { type AbFlags, controlNames } from './flags.ts';

/** @throws UsageError with every problem, before anything is loaded. */
export function checkFlags(file: string | undefined, flags: AbFlags): void {
  const problems = checksOf(file, flags).flatMap(([isWrong, problem]) => (isWrong ? problem : []));
  controlNames(flags, problems);
  if (problems.length) throw new UsageError(problems);
  const { json, figure } = flags;
  if (json !== undefined && json !== '-') checkWritable('--json', json);
  pageWriter(flags, 'ab.html');
  if (figure !== undefined) {
    checkPicture(figure);
    checkWritable('--figure', figure);
  }
}

type Check = readonly [isWrong: boolean, problem: string];

function checksOf(file: string | undefined, flags: AbFlags): Check[] {
  const { resume, simulate = false, reset, confidence, minGain, aScenario, bScenario } = flags;
  const { aCommand, bCommand } = flags;
  const isNew = resume === undefined;
  const hasNone = file === undefined && (aScenario === undefined || bScenario === undefined);
  const ofFolder = { a: flags.a, b: flags.b, aScenario, bScenario };
  const ofEngines = { reset, aCommand, bCommand };
  return [
    [isNew && hasNone, 'scenario: missing; expected a file, a name, or --resume with a folder'],
    [
      !isNew && file !== undefined,
      `found --resume and the scenario ${file}; expected one of them: an experiment has its arms in its folder`,
    ],
    ...Object.entries(ofFolder).map(
      ([name, value]): Check => [
        !isNew && value !== undefined,
        `${flagOf(name)}: not with --resume: the arms are those of the folder`,
      ],
    ),
    ...Object.entries(ofEngines).map(
      ([name, value]): Check => [
        simulate && value !== undefined,
        `${flagOf(name)}: not with --simulate, where every run has an engine of its own`,
      ],
    ),
    [
      reset !== undefined && !reset.startsWith('/'),
      `--reset: found '${reset}'; expected a path, as in /reset_prefix_cache`,
    ],
    [
      !(confidence >= 0.5 && confidence < 1),
      `--confidence: found ${confidence}; expected from 50% to below 100%`,
    ],
    [
      !(minGain > 0 && minGain < 1),
      `--min-gain: found ${minGain}; expected above 0 and below 100%`,
    ],
  ];
}

/** `--a-command` of `aCommand`. */
function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`;
}
