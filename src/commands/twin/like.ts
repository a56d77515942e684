import { join } from 'node:path';
import { stringify } from 'yaml';
import { UsageError } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { Run } from '../../record/run-folder.ts';
import type { Figure } from '../../report/figures/figure.ts';
import type { Section } from '../../report/section.ts';
import { withoutSecrets } from '../../scenario/secrets.ts';
import type { ReplayPart } from '../../twin/replay.ts';
import type { WhatIf } from '../../twin/what-if.ts';
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
  if (dir === undefined) throw new UsageError(withoutLike(flags));
  const other =
    file === undefined ? flags.trace && `--trace ${flags.trace}` : `the scenario ${file}`;
  if (other !== undefined) {
    throw new UsageError(
      `found --like and ${other}; expected one of them: a run has its scenario in its folder`,
    );
  }
  const draw = await drawing(flags);
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
  const [{ whatIfRows }, { whatIfWindows }, { sideOfRun, sideOfTwin }, { playedTwin }] =
    await Promise.all([
      import('../../twin/what-if.ts'),
      import('../../twin/what-if-windows.ts'),
      import('../../twin/what-if-side.ts'),
      import('../../twin/played.ts'),
    ]);
  const [measured, whatIf] = [sideOfRun(run), sideOfRun(played.run)];
  const twinSide = standIn && sideOfTwin(await playedTwin({ parts: [part] }, () => scenarios.base));
  await tell(
    {
      ...{ like: dir, name: scenarios.base.name, dir: played.dir },
      changed: whatIfChanges(scenarios, !!standIn),
      ...(standIn && { standIn: standIn.gpu }),
      rows: whatIfRows(measured, twinSide, whatIf),
      windows: whatIfWindows({ measured, twin: twinSide, whatIf }),
    },
    flags,
    draw,
  );
}

function withoutLike({ twin, html }: Flags): string {
  if (twin !== undefined) {
    return 'found --twin without --like; expected the run that it is the twin of';
  }
  const [flag, drawn] = html === undefined ? ['--figure', '--figure FILE'] : ['--html', '--html'];
  return `found ${flag} without --like; expected the run beside which it is drawn: a run alone is drawn by confab report DIR ${drawn}`;
}

async function onlyPart(run: Run): Promise<ReplayPart> {
  const { replayOf } = await import('../../twin/replay.ts');
  const { parts } = await replayOf(run);
  if (parts.length === 1) return parts[0]!;
  throw new UsageError(`found a run of ${parts.length} parts; expected one that was played in one`);
}

/** In the run folder of what was played. */
const FILE = 'what-if.json';

/** In that folder too, where the page has no name of its own. */
const PAGE = 'what-if.html';

async function tell(whatIf: WhatIf, { json, wide }: Flags, draw: Drawing | undefined) {
  const text = `${JSON.stringify(whatIf, undefined, 2)}\n`;
  writeWhole(join(whatIf.dir, FILE), [text]);
  const [{ whatIfSections }, { whatIfFigures }] = await Promise.all([
    import('../../twin/what-if-sections.ts'),
    import('../../twin/what-if-figures.ts'),
  ]);
  const content = { sections: whatIfSections(whatIf), figures: whatIfFigures(whatIf) };
  await draw?.(whatIf, content);
  if (json === '-') {
    process.stdout.write(text);
    return;
  }
  const { sectionsText } = await import('../../report/render/text.ts');
  process.stdout.write(`${sectionsText(content.sections, reportColumns(wide))}\n`);
}

type Drawing = (whatIf: WhatIf, content: Told) => Promise<void>;

interface Told {
  readonly sections: readonly Section[];
  readonly figures: readonly Figure[];
}

/** What cannot be written is refused before anything is played. undefined: nothing is drawn. */
async function drawing({ html, figure }: Flags): Promise<Drawing | undefined> {
  if (html === undefined && figure === undefined) return undefined;
  const [{ pageWriter }, { pictureWriter }] = await Promise.all([
    import('../page/page-file.ts'),
    import('../page/picture-file.ts'),
  ]);
  const writePage = pageWriter({ html }, PAGE);
  const writePicture = figure === undefined ? undefined : pictureWriter(figure);
  return async (whatIf, content) => {
    await writePicture?.(content.figures);
    await writePage?.(whatIf.dir, {
      title: `What if: ${whatIf.name}`,
      subtitle: `beside ${whatIf.like}, which was measured`,
      chapters: [{ id: 'what-if', title: 'Beside the run', ...content }],
      madeBy: 'Made by confab simulate --like. It needs no network and no other file.',
    });
  };
}
