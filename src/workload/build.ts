import { copyFileSync, writeFileSync } from 'node:fs';
import { openCorpus } from './text/corpus.ts';
import { BUILT_IN_DIR } from './text/corpus-cache.ts';
import { MOBY_DICK_FILE, packagedMobyDick } from './text/moby-dick.ts';
import { GPT2_FILE } from './tokenizer/gpt2.ts';
import { makeGpt2Json } from './tokenizer/gpt2-ranks.ts';
import { locateTokenizer } from './tokenizer/tokenizer-files.ts';

// Run by `npm run build`: what is built in is left beside the modules that read it, so that the packages it comes
// from need not be installed, and because making it takes seconds, which a start may not. Reading it does not.
writeFileSync(GPT2_FILE, makeGpt2Json());
copyFileSync(packagedMobyDick(), MOBY_DICK_FILE);
await openCorpus({
  textFile: undefined,
  tokenizer: await locateTokenizer('gpt2'),
  cacheDir: BUILT_IN_DIR,
});
