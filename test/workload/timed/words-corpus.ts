import { below } from '../../../src/base/random.ts';
import type { Corpus } from '../../../src/workload/text/corpus.ts';

/** A text whose tokens are its words. */
export function wordsCorpus(): Corpus {
  const leadWords = Array.from({ length: 2000 }, (_, i) => `w${i}`);
  return {
    digest: 'words',
    tokens: 2000,
    leadWords,
    notes: [],
    read: () => {
      throw new Error('no text to read');
    },
    cut(rng, tokens, lead = []) {
      const words = Array.from(
        { length: tokens },
        (_, i) => lead[i] ?? leadWords[below(rng, leadWords.length)]!,
      );
      return words.join(' ');
    },
  };
}
