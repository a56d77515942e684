import { statSync } from 'node:fs';
import { join } from 'node:path';
import { SystemClock } from '../../base/clock.ts';
import { UsageError } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { Replay } from '../../calibrate/fit/replay.ts';
import { checkWritable } from '../../play/writable.ts';
import type { Override } from '../../scenario/overrides.ts';
import { runOf } from '../cache/run-of.ts';
import { reportColumns } from '../terminal/screen.ts';
import { say } from '../terminal/stderr.ts';

export interface RunsFlags {
  readonly out: string;
  readonly set: readonly string[];
  readonly gpu?: string;
  readonly budget: number;
  readonly predict: readonly string[];
  readonly first?: number;
  readonly json?: string;
  readonly quiet?: boolean;
  readonly wide?: boolean;
}

/** `confab calibrate RUN…`: the profile with which the engine takes as long as these runs did. */
export async function calibrateRuns(paths: readonly string[], flags: RunsFlags): Promise<void> {
  const { out, gpu = 'h100', budget, predict, json, quiet } = flags;
  checkNumbers(flags.set, paths.length + predict.length);
  checkWritable('--out', out);
  if (json !== undefined && json !== '-') checkWritable('--json', json);
  const [fitting, { errorsOf }, { fittedProfile }, { profileOf }] = await Promise.all([
    import('../../calibrate/fit/fit.ts'),
    import('../../calibrate/fit/errors.ts'),
    import('../../calibrate/fit/profile.ts'),
    import('../../engine/cost/profile-of.ts'),
  ]);
  const clock = new SystemClock();
  const all: Replay[] = [];
  for (const [index, path] of [...paths, ...predict].entries()) {
    all.push(await replayOf(path, settingsFor(flags.set, index + 1)));
  }
  const fitted = all.slice(0, paths.length).map((replay) => firstOf(replay, flags.first));
  const found = await fitting.fitted(fitted, {
    start: profileOf({ gpu }),
    until: () => clock.now() > budget * 1000,
    ...(!quiet && { told: say }),
  });
  const unseen =
    flags.first === undefined
      ? all.slice(paths.length)
      : all.map((one) => restOf(one, flags.first!));
  const predicted = await Promise.all(unseen.map((replay) => errorsOf(replay, found.profile)));
  const profile = fittedProfile(found, fitted, new Date(clock.originEpochMs));
  writeWhole(out, [`${JSON.stringify(profile, undefined, 2)}\n`]);
  const text = `${JSON.stringify({ ...found, profile, predicted }, undefined, 2)}\n`;
  if (json === '-') {
    process.stdout.write(text);
    return;
  }
  if (json !== undefined) writeWhole(json, [text]);
  const [{ fitSections }, { sectionsText }] = await Promise.all([
    import('../../calibrate/fit/sections.ts'),
    import('../../report/render/text.ts'),
  ]);
  const sections = fitSections(found, predicted, out);
  process.stdout.write(`${sectionsText(sections, reportColumns(flags.wide))}\n`);
}

/** A run folder, or a file that is a trace. */
async function replayOf(path: string, settings: readonly Override[]): Promise<Replay> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) {
    const { replayOfTrace } = await import('../../calibrate/fit/trace.ts');
    return replayOfTrace(path, settings);
  }
  const { replayOfRun } = await import('../../calibrate/fit/run.ts');
  return replayOfRun(path, await runOf(path), settings);
}

const OF_ONE = /^(\d+):(.*)$/s;

function checkNumbers(settings: readonly string[], runs: number): void {
  for (const setting of settings) {
    const [, own] = OF_ONE.exec(setting) ?? [];
    if (own === undefined || (Number(own) >= 1 && Number(own) <= runs)) continue;
    throw new UsageError(
      `--set ${setting}: found run ${own}; expected one of the ${runs} that are given, from 1 on`,
    );
  }
}

/** `--set 2:engine.blocks=8000` is for the second run alone. */
function settingsFor(settings: readonly string[], number: number): string[] {
  return settings.flatMap((setting) => {
    const [, own, rest] = OF_ONE.exec(setting) ?? [];
    if (own === undefined) return [setting];
    return Number(own) === number ? [rest!] : [];
  });
}

/** Of the others only that they came is known. */
function firstOf(replay: Replay, count: number | undefined): Replay {
  if (count === undefined) return replay;
  if (count < replay.observed.length)
    return { ...replay, observed: replay.observed.slice(0, count) };
  throw new UsageError(
    `--first: found ${count}; expected fewer than the ${replay.observed.length} requests of ${join(replay.name)}`,
  );
}

function restOf(replay: Replay, count: number): Replay {
  return { ...replay, observed: replay.observed.slice(count) };
}
