import { mean } from 'd3-array';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { PrefixConfig, SharedPrompt, SharedPrompts } from './shared-prefix.ts';
import { type Sharing, sharingOf } from './sharing.ts';
import { type Summary, summaryOf } from './summary.ts';

/** Of one configuration, in AIBrix's words; all that is measured is counted on the texts as they were written. */
export interface ConfigStats {
  readonly config_id: number;
  /** Nominal: mean length times mean share, and the rest. */
  readonly prefix_length: number;
  readonly suffix_length: number;
  readonly num_samples_per_prefix: number;
  readonly num_prefix: number;
  readonly num_requests: number;
  readonly total_tokens: number;
  /** Tokens that an earlier prompt begins with too, of all: what a prefix cache can find. */
  readonly prefix_sharing_ratio: number;
  /** Tokens that any other prompt begins with too, of all. */
  readonly prefix_proportion: number;
  /** What all of a group begin with, of their mean length: the mean of the groups. */
  readonly group_sharing_ratio: number;
  /** Tokens that all of a group begin with, of the group that has least. */
  readonly group_common_tokens_min: number;
  readonly prompt_length_distribution: string;
  readonly shared_proportion_distribution: string;
  readonly prompt_tokens: Summary;
  /** Of each prompt, the longest beginning in common with another; and its share of the prompt. */
  readonly shared_tokens: Summary;
  readonly shared_proportion: Summary;
  readonly start_time?: number;
  readonly end_time?: number;
}

export interface PrefixStats {
  readonly config_stats: readonly ConfigStats[];
  readonly num_tokens: number;
  readonly num_requests: number;
  readonly overall_sharing_ratio: number;
  readonly overall_prefix_proportion: number;
  readonly prompt_tokens: Summary;
  readonly shared_tokens: Summary;
  readonly shared_proportion: Summary;
}

export interface Written {
  readonly prompts: readonly SharedPrompt[];
  readonly configs: readonly PrefixConfig[];
  readonly says: SharedPrompts['says'];
  readonly tokenizer: Tokenizer;
  /** When each prompt is sent, if the data set has times. */
  readonly timesMs: readonly number[] | undefined;
}

/** Counts what was written; `tokens` of each prompt. */
export async function prefixStats(
  written: Written,
): Promise<{ tokens: readonly number[]; stats: PrefixStats }> {
  const { prompts, configs } = written;
  const firstGroups = configs.map((_, i) =>
    configs.slice(0, i).reduce((sum, { prefixes }) => sum + prefixes, 0),
  );
  const groupOf = prompts.map(({ configId, prefixGroup }) => firstGroups[configId]! + prefixGroup);
  const texts = prompts.map(({ text }) => text);
  const sharing = await sharingOf(texts, groupOf, written.tokenizer);
  const all = measured(sharing, [...prompts.keys()]);
  const stats: PrefixStats = {
    config_stats: configs.map((_, id) => configStats(written, sharing, id, firstGroups[id]!)),
    num_tokens: all.total_tokens,
    num_requests: prompts.length,
    overall_sharing_ratio: all.prefix_sharing_ratio,
    overall_prefix_proportion: all.prefix_proportion,
    prompt_tokens: all.prompt_tokens,
    shared_tokens: all.shared_tokens,
    shared_proportion: all.shared_proportion,
  };
  return { tokens: sharing.tokens, stats };
}

/** @param places of the prompts in question */
function measured({ tokens, common, repeated }: Sharing, places: readonly number[]) {
  const sum = (values: readonly number[]) => places.reduce((all, at) => all + values[at]!, 0);
  const total = sum(tokens);
  return {
    total_tokens: total,
    prefix_sharing_ratio: sum(repeated) / total,
    prefix_proportion: sum(common) / total,
    prompt_tokens: summaryOf(places.map((at) => tokens[at]!)),
    shared_tokens: summaryOf(places.map((at) => common[at]!)),
    shared_proportion: summaryOf(places.map((at) => common[at]! / tokens[at]!)),
  };
}

function configStats(
  { prompts, configs, says, timesMs }: Written,
  sharing: Sharing,
  configId: number,
  firstGroup: number,
): ConfigStats {
  const { promptTokens, share, samples, prefixes } = configs[configId]!;
  const places = [...prompts.keys()].filter((at) => prompts[at]!.configId === configId);
  const ofGroup = sharing.ofGroup.slice(firstGroup, firstGroup + prefixes);
  const groupTokens = ofGroup.map(() => 0);
  for (const at of places) groupTokens[prompts[at]!.prefixGroup]! += sharing.tokens[at]!;
  const times = timesMs && places.map((at) => timesMs[at]!);
  const prefixLength = Math.trunc(promptTokens.mean * share.mean);
  return {
    config_id: configId,
    prefix_length: prefixLength,
    suffix_length: Math.trunc(promptTokens.mean - prefixLength),
    num_samples_per_prefix: samples,
    num_prefix: prefixes,
    num_requests: places.length,
    ...measured(sharing, places),
    group_sharing_ratio: mean(ofGroup, (tokens, i) => (tokens * samples) / groupTokens[i]!)!,
    group_common_tokens_min: Math.min(...ofGroup),
    prompt_length_distribution: says[configId]!.promptTokens,
    shared_proportion_distribution: says[configId]!.share,
    ...(times && { start_time: times[0]!, end_time: times.at(-1)! }),
  };
}
