import { stream } from '../../base/random.ts';
import type { Corpus } from '../text/corpus.ts';
import { joined, type Spoken } from '../text/spoken.ts';
import { userMarks } from '../text/user-mark.ts';
import { countsOf, evenCounts, evenly, type Moments, sharesOf } from './amounts.ts';

/** One kind of prompt: groups that begin alike, each of as many prompts. */
export interface PrefixConfig {
  readonly promptTokens: Moments;
  /** Of a prompt, what it has in common with its group. */
  readonly share: Moments;
  readonly samples: number;
  readonly prefixes: number;
}

/** A prompt, and where it belongs. */
export interface SharedPrompt {
  readonly text: string;
  readonly configId: number;
  /** Of its configuration, from 0. */
  readonly prefixGroup: number;
  /** Tokens of the shared part, as drawn; at the least so many it has. */
  readonly prefixTokens: number;
}

export interface SharedPrompts {
  readonly prompts: readonly SharedPrompt[];
  /** By configuration, the distributions that lengths and shares were drawn from. */
  readonly says: readonly { readonly promptTokens: string; readonly share: string }[];
}

/** Flags, for errors. */
export const LENGTH_FLAG = '--prompt-length';
export const SHARE_FLAG = '--shared-proportion';

/**
 * The prompts of all configurations, group by group. A group has one text, and each prompt a beginning of it as long as
 * its own draw says, to the end of a word at least, and then words of its own. So two prompts have in common what the
 * shorter of their shares is. Nothing else begins like it: no two groups, and no two rests, have the same first word.
 */
export function sharedPrompts(
  seed: string | number,
  corpus: Corpus,
  configs: readonly PrefixConfig[],
): SharedPrompts {
  const prefixMarks = userMarks(`${seed}/prefix`, corpus.leadWords);
  const ownMarks = userMarks(`${seed}/own`, corpus.leadWords);
  const ownText = (index: number, tokens: number): Spoken => ({
    text: corpus.cut(stream(seed, 'own', index), tokens, ownMarks(index)),
    tokens,
  });
  let group = 0;
  let prompt = 0;
  const prompts: SharedPrompt[] = [];
  const says = configs.map((config, configId) => {
    const { samples, prefixes } = config;
    const lengths = countsOf(LENGTH_FLAG, config.promptTokens);
    const shares = sharesOf(SHARE_FLAG, config.share);
    const rng = stream(seed, 'shared-prefix', configId);
    const tokensOf = evenCounts(rng, samples * prefixes, lengths.draw);
    const shareOf = evenly(rng, samples * prefixes, shares.draw);
    for (let prefixGroup = 0; prefixGroup < prefixes; prefixGroup++, group++) {
      const groupText = groupTexts(seed, corpus, group, prefixMarks(group));
      for (let sample = 0; sample < samples; sample++, prompt++) {
        const at = prefixGroup * samples + sample;
        const tokens = tokensOf[at]!;
        const prefixTokens = Math.min(tokens, Math.round(shareOf[at]! * tokens));
        const text = groupText(tokens, prefixTokens, (rest) => ownText(prompt, rest));
        prompts.push({ text, configId, prefixGroup, prefixTokens });
      }
    }
    return { promptTokens: lengths.says, share: shares.says };
  });
  return { prompts, says };
}

/** Prompts of one group: of exactly so many tokens, of which the first so many are the group's. */
function groupTexts(seed: string | number, corpus: Corpus, group: number, marks: string[]) {
  const reading = corpus.read(stream(seed, 'prefix', group), marks);
  const { leadWords } = corpus;
  const fill = (tokens: number): Spoken => {
    const words = Array.from(
      { length: tokens },
      (_, i) => leadWords[(group + i) % leadWords.length],
    );
    return { text: words.join(' '), tokens };
  };
  return (tokens: number, prefixTokens: number, own: (tokens: number) => Spoken): string => {
    const least = reading.atLeast(prefixTokens);
    const prefix = least.tokens <= tokens ? least : reading.atMost(prefixTokens);
    const rest = tokens - prefix.tokens;
    // What is shared as a whole ends alike in all of the same length.
    return joined(prefix, prefixTokens === tokens ? fill(rest) : own(rest)).text;
  };
}
