import { writeFileSync } from 'node:fs';
import { openCorpus } from '../text/corpus.ts';
import { BUILT_IN_DIR } from '../text/corpus-cache.ts';
import { GPT2_FILE, makeGpt2Json } from './gpt2.ts';
import { locateTokenizer } from './tokenizer-files.ts';

// Run by `npm run build`. Making these takes seconds, which a start may not; reading them does not.
writeFileSync(GPT2_FILE, makeGpt2Json());
await openCorpus({
  textFile: undefined,
  tokenizer: await locateTokenizer('gpt2'),
  cacheDir: BUILT_IN_DIR,
});
