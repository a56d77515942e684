import type { Scenario } from '../../scenario/schema.ts';
import type { Tell } from '../files/cost.ts';
import { locateTokenizer, type TokenizerFiles } from '../tokenizer/tokenizer-files.ts';
import { type Corpus, openCorpus } from './corpus.ts';
import { countTexts } from './text-counts.ts';

/** A scenario's text and tokenizer, opened at the first use: the `hi` text needs neither. */
export interface Texts {
  corpus(): Promise<Corpus>;
  /** Tokens of each text. */
  count(texts: readonly string[]): Promise<number[]>;
  tokenizer(): Promise<TokenizerFiles>;
  /** Digests of what has been opened, and lines about it. */
  digests(): Promise<string[]>;
  notes(): Promise<string[]>;
}

export function textsOf({ conversation }: Scenario, cacheDir: string, tell?: Tell): Texts {
  let files: Promise<TokenizerFiles> | undefined;
  let opened: Promise<Corpus> | undefined;
  const tokenizer = () => (files ??= locateTokenizer(conversation.tokenizer));
  const open = async () =>
    openCorpus({ textFile: conversation.textFile, tokenizer: await tokenizer(), cacheDir, tell });
  return {
    tokenizer,
    corpus: () => (opened ??= open()),
    count: async (texts) => countTexts(texts, await tokenizer(), cacheDir, tell),
    digests: async () =>
      [(await files)?.digest, (await opened)?.digest].filter((one) => one !== undefined),
    notes: async () => [...((await opened)?.notes ?? [])],
  };
}
