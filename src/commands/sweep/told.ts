import type { Panel } from '../../figures/panel.ts';
import type { Section } from '../../report/section.ts';
import { sweepPanels } from '../../sweep/figures.ts';
import { searchPanels } from '../../sweep/find-max/figure.ts';
import { findMax } from '../../sweep/find-max/find-max.ts';
import { loadsOf, searchSection, shortOf } from '../../sweep/find-max/text.ts';
import { jobsOf } from '../../sweep/jobs.ts';
import { limitedMeasures, limitTexts } from '../../sweep/limits.ts';
import type { Measure } from '../../sweep/measure.ts';
import { type Runs, runAll, type Surroundings } from '../../sweep/running.ts';
import { summariesOf } from '../../sweep/summary.ts';
import { sweepSection } from '../../sweep/table.ts';
import type { Asked } from './asked.ts';
import type { Work } from './work.ts';

/** What is printed and drawn of a sweep, and written as JSON. */
export interface Told {
  readonly section: Section;
  readonly panels: readonly Panel[];
  readonly json: Readonly<Record<string, unknown>>;
  readonly outcome: Runs['outcome'];
  /** Nothing came of it. */
  readonly isInVain: boolean;
}

interface Telling {
  readonly asked: Asked;
  readonly work: Work;
  readonly columns: readonly Measure[];
  readonly measures: readonly string[];
  readonly around: Surroundings;
}

/** Plays it, and says what came of it. */
export function told(telling: Telling): Promise<Told> {
  const { work } = telling;
  return 'points' in work ? toldOfGrid(telling, work) : toldOfSearch(telling, work);
}

async function toldOfGrid(
  { asked, columns, measures, around }: Telling,
  { points }: Extract<Work, { points: unknown }>,
): Promise<Told> {
  const { axes, repeats, scenario, keepsCache } = asked;
  const jobs = jobsOf(points, repeats, around.ledger.dir, keepsCache);
  const { results, outcome } = await runAll(jobs, around);
  const summaries = summariesOf(points, repeats, results, measures);
  const hasLimits = limitTexts(scenario.thresholds).length > 0;
  const section = sweepSection({ axes, columns, points: summaries, repeats, hasLimits });
  const missing = jobs.length - results.length;
  return {
    section: {
      ...section,
      ...(summaries.length === 0 && { table: undefined }),
      ...(missing > 0 && {
        lines: [
          `${missing} of ${jobs.length} runs are missing: confab sweep --resume ${around.ledger.dir}`,
        ],
      }),
    } as Told['section'],
    panels: summaries.length > 0 ? sweepPanels(axes, summaries) : [],
    json: { format: 'confab-sweep', version: 1, axes, repeats, points: summaries },
    outcome,
    isInVain: summaries.every(({ completed }) => completed === 0),
  };
}

async function toldOfSearch(
  { asked, measures, around }: Telling,
  { loads }: Extract<Work, { loads: unknown }>,
): Promise<Told> {
  const settings = { ...loads, dir: around.ledger.dir };
  const searched = await findMax(settings, around);
  const limits = limitTexts(asked.scenario.thresholds);
  const columns = limitedMeasures(asked.scenario.thresholds);
  const { name } = loads;
  const shown = { name, settings, searched, limits: limits.map(({ text }) => text), columns };
  const section = searchSection(shown);
  const short = shortOf(shown);
  const missing = searched.found ? [] : [`Go on with confab sweep --resume ${settings.dir}`];
  return {
    section: { ...section, lines: [...(section.lines ?? []), ...missing] },
    panels: searchPanels({ name, searched, limits, measures }),
    json: {
      format: 'confab-find-max',
      version: 1,
      name,
      limits: limits.map(({ text }) => text),
      ...(searched.found?.bound && { bound: searched.found.bound }),
      // What follows is of runs that are too short to say it of an engine.
      ...(short && { tooShort: short }),
      ...(searched.found && {
        within: searched.found.within,
        beyond: searched.found.beyond,
        endedBy: searched.found.endedBy,
        ...(searched.found.fromAbove && { fromAbove: searched.found.fromAbove }),
      }),
      loads: loadsOf(searched.runs, loads.isRemembering).map(({ x, from, runs, side }) => ({
        load: x,
        ...(from && { from }),
        side,
        runs: runs.map(({ result: { dir: _, estimates: __, nextUserId: ___, ...rest } }) => rest),
      })),
    },
    outcome: searched.outcome,
    isInVain: searched.found?.endedBy === 'min',
  };
}
