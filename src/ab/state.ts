import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { isObject, parsedJson } from '../base/json.ts';
import { cannotRead } from '../base/read-text.ts';
import type { RoundIsolation } from './player.ts';
import type { Side } from './schedule.ts';
import type { Round, Settings } from './settings.ts';

/** The first line of an experiment's file: all that it takes to go on with it. */
export interface ExperimentHeader {
  readonly format: 'confab-ab';
  readonly version: 1;
  readonly confab: string;
  readonly name: string;
  readonly isSimulated: boolean;
  readonly settings: Settings;
  /** The resolved scenarios of the arms, without secrets. */
  readonly arms: Readonly<Record<Side, unknown>>;
  /** Their commands without secrets. */
  readonly engines: Engines;
  readonly word: string;
  readonly isolation: RoundIsolation;
}

/** What makes engines ready between runs. */
export interface Engines {
  /** Started in a shell before every run of the arm, and stopped after it. */
  readonly commands: Partial<Record<Side, string>>;
  /** A path at the target that is posted to before every run. */
  readonly reset?: string;
}

export const FILE = 'ab.ndjson';

export function beginState(dir: string, header: ExperimentHeader): void {
  writeFileSync(join(dir, FILE), `${JSON.stringify(header)}\n`, { flag: 'wx' });
}

/** A round is kept as soon as it is over: what comes after it can be broken off. */
export function keepRound(dir: string, round: Round): void {
  appendFileSync(join(dir, FILE), `${JSON.stringify(round)}\n`);
}

/** @throws UsageError if it is not the folder of an experiment. */
export function readState(dir: string): {
  header: ExperimentHeader;
  rounds: readonly Round[];
} {
  const path = join(dir, FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw cannotRead(path, { what: 'experiment' }, error);
  }
  const [first, ...rest] = text.split('\n');
  const header = parsedJson(first!);
  if (!isObject(header) || header['format'] !== 'confab-ab' || header['version'] !== 1) {
    throw new UsageError(
      `${path}: line 1: found no confab-ab header of version 1; expected the folder of a confab ab`,
    );
  }
  // A line that was broken off is a round that is played again: it ends with no line break.
  const lines = rest.slice(0, -1);
  const rounds = lines.map((line, index) => {
    const round = parsedJson(line);
    if (isObject(round) && isObject(round['pair'])) return round as unknown as Round;
    throw new UsageError(`${path}: line ${index + 2}: found no round; expected one, as JSON`);
  });
  if (rest.at(-1) !== '' && rest.length > 0) {
    writeFileSync(path, `${[first, ...lines].join('\n')}\n`);
  }
  return { header: header as unknown as ExperimentHeader, rounds };
}
