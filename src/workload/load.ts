import { defaultCacheDir } from '../base/cache-dir.ts';
import type { Distribution } from '../scenario/distribution.ts';
import type { Scenario } from '../scenario/schema.ts';
import { openChats } from './chats.ts';
import type { Workload } from './conversation.ts';
import { dataValues } from './data-values.ts';
import { digestOf } from './digest.ts';
import { openShareGpt } from './sharegpt.ts';
import type { Source } from './source.ts';
import { openSynthetic } from './synthetic.ts';
import { type Texts, textsOf } from './texts.ts';

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
  const digests = [...(await texts.digests()), ...source.digests];
  return {
    conversation: source.conversation,
    conversations: source.conversations,
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
  }
}

/** Changes whenever the same settings come to say other things. */
const FORMAT = 1;

/** Files count by what is in them, not by where they are. */
function settingsThatMatter({ seed, conversation, pacing }: Scenario): unknown {
  const { tokenizer: _, textFile: __, file: ___, sharegpt, ...said } = conversation;
  return {
    seed,
    pacing: { ...pacing, pauseSec: withValues(pacing.pauseSec) },
    sharegpt: sharegpt && { ...sharegpt, file: undefined },
    ...said,
    rounds: withValues(said.rounds),
    question: { ...said.question, tokens: withValues(said.question.tokens) },
    answer: { ...said.answer, tokens: withValues(said.answer.tokens) },
  };
}

function withValues(d: Distribution | undefined): unknown {
  return typeof d === 'object' && d.distribution === 'data' ? dataValues(d) : d;
}
