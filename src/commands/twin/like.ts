import { join } from 'node:path';
import { stringify } from 'yaml';
import { UsageError } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { Run } from '../../record/run-folder.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { withoutSecrets } from '../../scenario/secrets.ts';
import type { ReplayPart } from '../../twin/replay.ts';
import type { WhatIf, WhatIfSide } from '../../twin/what-if.ts';
import type { Flag } from '../flags/flag-table.ts';
import { overridesOf, type ScenarioFlags } from '../scenario/scenario-of.ts';
import { exitCodeOf, presentProblems } from '../terminal/present.ts';
import { reportColumns } from '../terminal/screen.ts';
import type { LikeFlags } from './flags.ts';
import { about, ownGpu, runIn, standInOf } from './stand-in.ts';

interface Flags extends ScenarioFlags, LikeFlags {
  readonly json?: string;
}

/** `confab simulate --like RUN`: a run that was measured, played again with something changed. */
export async function simulateLike(
  file: string | undefined,
  flags: Flags,
  rows: readonly Flag[],
): Promise<void> {
  const { like: dir, twin } = flags;
  if (dir === undefined) {
    throw new UsageError('found --twin without --like; expected the run that it is the twin of');
  }
  const other =
    file === undefined ? flags.trace && `--trace ${flags.trace}` : `the scenario ${file}`;
  if (other !== undefined) {
    throw new UsageError(
      `found --like and ${other}; expected one of them: a run has its scenario in its folder`,
    );
  }
  const overrides = await overridesOf(rows, flags);
  const run = await runIn([dir]);
  const part = await about(dir, () => onlyPart(run));
  const gpu = twin ?? ownGpu(run);
  const standIn = gpu === undefined ? undefined : standInOf(run, { engine: gpu, set: [] });
  const [{ toldOf }, { whatIfChanges, whatIfScenario, whatIfWorkload }] = await Promise.all([
    import('../../calibrate/run-engine.ts'),
    import('../../twin/what-if-scenario.ts'),
  ]);
  const told = toldOf(run);
  const scenarios = whatIfScenario(part, standIn, { told, overrides });
  if (flags.printScenario) {
    process.stdout.write(stringify(withoutSecrets(scenarios.changed)));
    return;
  }
  const { playOnConsole } = await import('../play.ts');
  const played = await playOnConsole({
    scenario: scenarios.changed,
    workload: await whatIfWorkload(scenarios, part),
    isSimulated: true,
    isQuiet: flags.quiet,
  });
  presentProblems(played);
  process.exitCode = exitCodeOf(played);
  if (played.outcome !== 'ok' && played.outcome !== 'failed') return;
  const { whatIfRows } = await import('../../twin/what-if.ts');
  const twinSide = standIn && (await twinOfPart(part, scenarios.base));
  await print(
    {
      ...{ like: dir, name: scenarios.base.name, dir: played.dir },
      changed: whatIfChanges(scenarios, !!standIn),
      ...(standIn && { standIn: standIn.gpu }),
      rows: whatIfRows(await sideOf(run), twinSide, await sideOf(played.run)),
    },
    flags,
  );
}

async function onlyPart(run: Run): Promise<ReplayPart> {
  const { replayOf } = await import('../../twin/replay.ts');
  const { parts } = await replayOf(run);
  if (parts.length === 1) return parts[0]!;
  throw new UsageError(`found a run of ${parts.length} parts; expected one that was played in one`);
}

async function sideOf(run: Run): Promise<WhatIfSide> {
  const { MeasuredAxis } = await import('../../stats/time/measured-axis.ts');
  const { spanMs: measuredMs } = new MeasuredAxis(run.parts);
  return { records: run.parts.flatMap(({ records }) => records), measuredMs };
}

async function twinOfPart(part: ReplayPart, base: Scenario): Promise<WhatIfSide> {
  const { playedTwin } = await import('../../twin/played.ts');
  const { records, measuredMs } = await playedTwin({ parts: [part] }, () => base);
  return { records: [...records.values()], measuredMs };
}

/** In the run folder of what was played. */
const FILE = 'what-if.json';

async function print(whatIf: WhatIf, { json, wide }: Flags): Promise<void> {
  const text = `${JSON.stringify(whatIf, undefined, 2)}\n`;
  writeWhole(join(whatIf.dir, FILE), [text]);
  if (json === '-') {
    process.stdout.write(text);
    return;
  }
  const { whatIfText } = await import('../../twin/what-if-sections.ts');
  process.stdout.write(`${whatIfText(whatIf, reportColumns(wide))}\n`);
}
