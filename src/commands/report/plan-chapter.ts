import { errorText } from '../../base/errors.ts';
import type { Exportable } from '../../export/exports.ts';
import { processOf } from '../../population/processes.ts';
import type { Run } from '../../record/run-folder.ts';
import { concurrencyOverTime } from '../../report/figures/concurrency.ts';
import type { Figure } from '../../report/figures/figure.ts';
import { figuresOf } from '../../report/figures/figures.ts';
import { laidOver } from '../../report/figures/over-run.ts';
import { progressOverTime } from '../../report/figures/progress.ts';
import { ratesOverTime } from '../../report/figures/rates.ts';
import type { Content } from '../../report/html/chapter.ts';
import { scenarioOf } from '../../report/identity.ts';
import { measure } from '../../report/number.ts';
import { type Partition, sharedBoundsOf } from '../../scenario/population.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { isTokenizerHere } from '../../workload/tokenizer/tokenizer-files.ts';

/** A plan of more requests would take longer to make than all the rest of the page: of them a share is played. */
const ALL_MAX = 10_000;
const SHARE = 5000;

const MAKE = {
  rates: ratesOverTime,
  concurrency: concurrencyOverTime,
  progress: progressOverTime,
} as const;

/**
 * What the run's scenario plans, played in virtual time with the run's own median times, laid over what happened.
 * Where it cannot be played again, why.
 */
export async function planChapter(of: Exportable): Promise<Content | undefined> {
  const { summary } = of;
  const first = of.run.parts[0]!;
  const scenario = scenarioOf(first);
  const { ttftMs, tpotMs } = summary.distributions;
  if (!scenario || !ttftMs || !summary.counts.completed) return undefined;
  const { planned: requests } = summary.counts;
  const every = requests > ALL_MAX ? Math.ceil(requests / SHARE) : 1;
  const whole = { ...scenario.population, partition: undefined };
  const share = every > 1 ? { index: 0, of: every } : undefined;
  const together = share && keptTogether(scenario, share);
  if (together !== undefined) {
    return told(
      `Of its ${requests} requests only a share could be played here, and ${together} holds for all of them together: confab plan SCENARIO makes it.`,
    );
  }
  const missing = await tokenizerMissing(scenario);
  if (missing !== undefined) {
    return told(
      `It needs the tokenizer ${missing}, which is not on this machine: confab plan SCENARIO fetches it.`,
    );
  }
  const latency = { ttftMs: ttftMs.p50, tpotMs: tpotMs?.p50 ?? 0, perInputTokenMs: 0 };
  try {
    const { playPlan } = await import('../../plan/play.ts');
    const population = { ...whole, partition: share };
    const planned = { ...scenario, population, stop: stopOf(scenario, every) };
    const play = await playPlan(planned, latency, { isOfTimesAlone: true });
    if (play.header.workloadDigest !== first.header.workloadDigest) {
      return told(
        'What would be said is no longer what the run said: its files have changed, or how confab makes it.',
      );
    }
    const records = play.requests.map(({ record }) => record);
    const run = {
      parts: [{ header: play.header, records, footer: play.footer }],
      warnings: [],
    };
    return { sections: [howMade(latency, every)], figures: figures(of, run, every) };
  } catch (error) {
    return told(errorText(error));
  }
}

/** A page is made without a network: a tokenizer that would have to be fetched for it. */
async function tokenizerMissing({ conversation, engine }: Scenario): Promise<string | undefined> {
  for (const spec of new Set([conversation.tokenizer, engine.tokenizer])) {
    if (spec !== undefined && !(await isTokenizerHere(spec))) return spec;
  }
  return undefined;
}

/** What keeps conversations of the same run from being played apart from each other; undefined: nothing. */
function keptTogether({ population, stop }: Scenario, partition: Partition): string | undefined {
  const process = processOf(population.arrivals);
  if (process.loop === 'closed' && process.slots < partition.of) return 'its few concurrent users';
  const asked = { ...population, partition };
  return sharedBoundsOf(asked, { ...stop, afterRequests: undefined })[0]?.path.join('.');
}

function stopOf({ stop }: Scenario, every: number): Scenario['stop'] {
  const { afterRequests } = stop;
  if (afterRequests === undefined || every === 1) return stop;
  return { ...stop, afterRequests: Math.ceil(afterRequests / every) };
}

function figures({ run, summary }: Exportable, planned: Run, every: number): Figure[] {
  return figuresOf(run, summary, 'time').flatMap((figure) => {
    if (!Object.hasOwn(MAKE, figure.name)) return [];
    const { name, title } = figure;
    const plot = MAKE[name as keyof typeof MAKE](planned);
    const series = plot.series.map((one) => ({
      ...one,
      points: one.points.map(([x, y]): [number, number] => [x, y * every]),
    }));
    return [laidOver(figure, { name, title, ...plot, series })];
  });
}

function howMade({ ttftMs, tpotMs }: { ttftMs: number; tpotMs: number }, every: number) {
  const how = `The scenario played in virtual time against an engine that answers every request after the run's median times: TTFT ${measure(ttftMs)} ms, TPOT ${measure(tpotMs)} ms.`;
  const share = `Of its conversations one in ${every} is played, at the times of the whole, and what it comes to is multiplied by ${every}: its lines are less smooth than those of all would be.`;
  return { lines: every > 1 ? [how, share] : [how] };
}

function told(why: string): Content {
  return { sections: [{ lines: [`The plan is not laid over the run. ${why}`] }] };
}
