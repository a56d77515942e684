import { defaultCacheDir } from '../base/cache-dir.ts';
import { UsageError } from '../base/errors.ts';
import { PROCESS_RULES } from '../scenario/arrivals.ts';
import type { Distribution } from '../scenario/distribution.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type SourceName, sourcesWith, type Traits, traitsOf } from '../scenario/sources.ts';
import type { Workload } from './conversation.ts';
import { dataValues } from './draw/data-values.ts';
import type { Tell } from './files/cost.ts';
import { digestOf } from './files/digest.ts';
import type { Source } from './source.ts';
import { textsOf } from './text/texts.ts';
import type { TraceFormat } from './traces/format.ts';
import type { ReplayOptions } from './traces/replay.ts';
import { selectionOf } from './traces/select.ts';

export interface WorkloadOptions {
  /** Where tables and counts are kept between runs. */
  readonly cacheDir?: string;
  /** Formats of traces; default: all that are known. */
  readonly traceFormats?: readonly TraceFormat[];
  /** Told what is done before a run where that takes long. */
  readonly tell?: Tell | undefined;
}

/**
 * Loads what a scenario's users will say. All I/O and tokenizing is done here, or was by an earlier run.
 * @throws UsageError for a text, tokenizer or data file that cannot be used.
 */
export async function openWorkload(
  scenario: Scenario,
  { cacheDir = defaultCacheDir(), traceFormats, tell }: WorkloadOptions = {},
): Promise<Workload> {
  const texts = textsOf(scenario, cacheDir, tell);
  const open = OPEN[scenario.conversation.source];
  const source = await open(scenario, { texts, cacheDir, traceFormats, tell });
  checkArrivals(scenario, source);
  const digests = [...(await texts.digests()), ...source.digests];
  return {
    conversation: source.conversation,
    conversations: source.conversations,
    arrivalsMs: source.arrivalsMs,
    digest: digestOf(FORMAT, settingsThatMatter(scenario), digests),
    notes: [...source.notes, ...(await texts.notes())],
  };
}

type Open = (
  scenario: Scenario,
  options: ReplayOptions & { readonly tell: Tell | undefined },
) => Promise<Source>;

/** Only the one that is asked for is loaded: together they are a hundred files, before the first request. */
const OPEN: Record<SourceName, Open> = {
  synthetic: async (scenario, { texts }) =>
    (await import('./synthetic/synthetic.ts')).openSynthetic(scenario, texts),
  sharegpt: async (...of) => (await import('./sharegpt/sharegpt.ts')).openShareGpt(...of),
  file: async (...of) => (await import('./chats/chats.ts')).openChats(...of),
  prompts: async (...of) => (await import('./prompts/prompts.ts')).openPrompts(...of),
  trace: async (...of) => (await import('./traces/replay.ts')).openTrace(...of),
  lengths: async (...of) => (await import('./lengths/lengths.ts')).openLengths(...of),
};

function checkArrivals({ conversation, population }: Scenario, { arrivalsMs }: Source): void {
  const { arrivals, users = 0 } = population;
  if (!PROCESS_RULES[arrivals.process].needsTimes) return;
  const { hasTimes }: Traits = traitsOf(conversation.source);
  if (!arrivalsMs && hasTimes) {
    throw new UsageError(
      `population.arrivals.process: found '${arrivals.process}' with ${conversation.trace?.file}, where not every conversation has a time; expected another process, as closed (--concurrency)`,
    );
  }
  if (!arrivalsMs) {
    throw new UsageError(
      `population.arrivals.process: found '${arrivals.process}' with conversation.source '${conversation.source}', which has no times; expected source: ${sourcesWith('hasTimes')}, or another process`,
    );
  }
  if (users > arrivalsMs.length) {
    throw new UsageError(
      `population.users: found ${users}; expected at most the ${arrivalsMs.length} conversations of the trace, which says when each is due`,
    );
  }
}

/** Changes whenever the same settings come to say other things. */
const FORMAT = 1;

/** Files count by what is in them, not by where they are. */
function settingsThatMatter({ seed, conversation, pacing }: Scenario): unknown {
  const { tokenizer: _, textFile: __, file: ___, sharegpt, trace, ...said } = conversation;
  return {
    seed,
    pacing: { ...pacing, pauseSec: withValues(pacing.pauseSec) },
    sharegpt: sharegpt && { ...sharegpt, file: undefined },
    // Its format and the size of its blocks, given or not, are with the digest of the file.
    trace: trace && {
      prefillOnly: trace.prefillOnly,
      ...(trace.context !== 'auto' && { context: trace.context }),
      ...(trace.speedup !== 1 && { speedup: trace.speedup }),
      ...selectionOf(trace),
      timeUnit: trace.timeUnit,
      fieldNames: trace.fieldNames,
    },
    ...said,
    rounds: withValues(said.rounds),
    question: { ...said.question, tokens: withValues(said.question.tokens) },
    answer: { ...said.answer, tokens: withValues(said.answer.tokens) },
  };
}

function withValues(d: Distribution | undefined): unknown {
  return typeof d === 'object' && d.distribution === 'data' ? dataValues(d) : d;
}
