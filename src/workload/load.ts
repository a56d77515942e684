import { defaultCacheDir } from '../base/cache-dir.ts';
import { UsageError } from '../base/errors.ts';
import { PROCESS_RULES } from '../scenario/arrivals.ts';
import type { Distribution } from '../scenario/distribution.ts';
import type { Scenario } from '../scenario/schema.ts';
import { openChats } from './chats/chats.ts';
import type { Workload } from './conversation.ts';
import { dataValues } from './draw/data-values.ts';
import { digestOf } from './files/digest.ts';
import { openPrompts } from './prompts/prompts.ts';
import { openShareGpt } from './sharegpt/sharegpt.ts';
import type { Source } from './source.ts';
import { openSynthetic } from './synthetic/synthetic.ts';
import { type Texts, textsOf } from './text/texts.ts';
import { openMooncake } from './traces/replay.ts';

export interface WorkloadOptions {
  /** Where tables and counts are kept between runs. */
  readonly cacheDir?: string;
}

/**
 * Loads what a scenario's users will say. All I/O and tokenizing is done here, or was by an earlier run.
 * @throws UsageError for a text, tokenizer or data file that cannot be used.
 */
export async function openWorkload(
  scenario: Scenario,
  { cacheDir = defaultCacheDir() }: WorkloadOptions = {},
): Promise<Workload> {
  const texts = textsOf(scenario, cacheDir);
  const source = await openSource(scenario, texts, cacheDir);
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

function openSource(scenario: Scenario, texts: Texts, cacheDir: string): Promise<Source> {
  switch (scenario.conversation.source) {
    case 'synthetic':
      return openSynthetic(scenario, texts);
    case 'sharegpt':
      return openShareGpt(scenario, { texts, cacheDir });
    case 'file':
      return openChats(scenario, { texts, cacheDir });
    case 'prompts':
      return openPrompts(scenario, { texts, cacheDir });
    case 'mooncake':
      return openMooncake(scenario, { texts, cacheDir });
  }
}

function checkArrivals({ conversation, population }: Scenario, { arrivalsMs }: Source): void {
  const { arrivals, users = 0 } = population;
  if (!PROCESS_RULES[arrivals.process].needsTimes) return;
  if (!arrivalsMs) {
    throw new UsageError(
      `population.arrivals.process: found '${arrivals.process}' with conversation.source '${conversation.source}', which has no times; expected source: mooncake, or another process`,
    );
  }
  if (users > arrivalsMs.length) {
    throw new UsageError(
      `population.users: found ${users}; expected at most the ${arrivalsMs.length} requests of the trace, which says when each is due`,
    );
  }
}

/** Changes whenever the same settings come to say other things. */
const FORMAT = 1;

/** Files count by what is in them, not by where they are. */
function settingsThatMatter({ seed, conversation, pacing }: Scenario): unknown {
  const { tokenizer: _, textFile: __, file: ___, sharegpt, mooncake, ...said } = conversation;
  return {
    seed,
    pacing: { ...pacing, pauseSec: withValues(pacing.pauseSec) },
    sharegpt: sharegpt && { ...sharegpt, file: undefined },
    mooncake: mooncake && { ...mooncake, file: undefined },
    ...said,
    rounds: withValues(said.rounds),
    question: { ...said.question, tokens: withValues(said.question.tokens) },
    answer: { ...said.answer, tokens: withValues(said.answer.tokens) },
  };
}

function withValues(d: Distribution | undefined): unknown {
  return typeof d === 'object' && d.distribution === 'data' ? dataValues(d) : d;
}
