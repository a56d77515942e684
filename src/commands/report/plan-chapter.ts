import { errorText } from '../../base/errors.ts';
import type { Exportable } from '../../export/exports.ts';
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
import type { Scenario } from '../../scenario/schema.ts';
import { isTokenizerHere } from '../../workload/tokenizer/tokenizer-files.ts';

/** A plan of more requests would take longer to make than all the rest of the page. */
const REQUESTS_MAX = 10_000;

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
  const { run, summary } = of;
  const first = run.parts[0]!;
  const scenario = scenarioOf(first);
  const { ttftMs, tpotMs } = summary.distributions;
  if (!scenario || !ttftMs || !summary.counts.completed) return undefined;
  if (summary.counts.planned > REQUESTS_MAX) {
    return told(`It has more than ${REQUESTS_MAX} requests: confab plan SCENARIO makes it.`);
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
    const population = { ...scenario.population, partition: undefined };
    const play = await playPlan({ ...scenario, population }, latency);
    if (play.header.workloadDigest !== first.header.workloadDigest) {
      return told(
        'What would be said is no longer what the run said: its files have changed, or how confab makes it.',
      );
    }
    const records = play.requests.map(({ record }) => record);
    const planned = {
      parts: [{ header: play.header, records, footer: play.footer }],
      warnings: [],
    };
    return { sections: [howMade(latency)], figures: figures(of, planned) };
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

function figures({ run, summary }: Exportable, planned: Run): Figure[] {
  return figuresOf(run, summary, 'time').flatMap((figure) => {
    if (!Object.hasOwn(MAKE, figure.name)) return [];
    const { name, title } = figure;
    const make = MAKE[name as keyof typeof MAKE];
    return [laidOver(figure, { name, title, ...make(planned) })];
  });
}

function howMade({ ttftMs, tpotMs }: { ttftMs: number; tpotMs: number }) {
  return {
    lines: [
      `The scenario played in virtual time against an engine that answers every request after the run's median times: TTFT ${measure(ttftMs)} ms, TPOT ${measure(tpotMs)} ms.`,
    ],
  };
}

function told(why: string): Content {
  return { sections: [{ lines: [`The plan is not laid over the run. ${why}`] }] };
}
