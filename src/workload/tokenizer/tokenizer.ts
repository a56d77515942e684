import type { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { errorText, UsageError } from '../../base/errors.ts';
import { isObject, notJson, parsedJson } from '../../base/json.ts';
import { elsewhere } from '../../base/known-formats.ts';
import { type CountAll, countingAll } from './count-all.ts';
import { locateTokenizer, type TokenizerFiles } from './tokenizer-files.ts';

/** Text to token ids and back, without special tokens or chat template. */
export interface Tokenizer {
  readonly name: string;
  /** sha256 of tokenizer.json. */
  readonly digest: string;
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
  /** A token as the vocabulary spells it: `Ġthere`; undefined for an id that it does not have. */
  pieceOf(id: number): string | undefined;
  /** One more than the largest id, added tokens included. */
  readonly vocabularySize: number;
  count(text: string): number;
  /** The same of many texts, several times as fast. */
  readonly countAll: CountAll;
  /** The model's Jinja chat template and the texts it needs, where tokenizer_config.json has them. */
  readonly chat: { template: string; bosToken: string; eosToken: string } | undefined;
}

/**
 * The tokenizer named by `spec`: 'gpt2', a folder, a tokenizer.json, or a Hugging Face model name.
 * @throws UsageError if it cannot be had, saying which file is missing and how to get it.
 */
export async function loadTokenizer(spec: string): Promise<Tokenizer> {
  return openTokenizer(await locateTokenizer(spec));
}

/**
 * Loads the vocabulary, once for these files: 0.1 to 3 s and up to 300 MB, which is why whatever is
 * counted with it is kept on disk, and why it is let go when loading is done.
 */
export function openTokenizer(files: TokenizerFiles): Promise<Tokenizer> {
  const known = opened.get(files);
  if (known) return known;
  const opening = loadVocabulary(files);
  opened.set(files, opening);
  return opening;
}

const opened = new WeakMap<TokenizerFiles, Promise<Tokenizer>>();

async function loadVocabulary(files: TokenizerFiles): Promise<Tokenizer> {
  const { Tokenizer } = await import('@huggingface/tokenizers');
  const [json, config] = [files.json(), files.config() ?? '{}'];
  const [vocabulary, settings] = [parsedJson(json), parsedJson(config)];
  const unread = vocabulary === undefined ? json : settings === undefined ? config : undefined;
  if (unread !== undefined) {
    throw new UsageError(
      `${files.name}: not a tokenizer.json that can be used: ${notJson(unread)}`,
    );
  }
  const other = elsewhere(vocabulary, 'tokenizer');
  if (other) throw new UsageError(`${files.name}: found no tokenizer.json; ${other}`);
  let tokenizer: HuggingFaceTokenizer;
  try {
    tokenizer = new Tokenizer(vocabulary as object, settings as object);
  } catch (error) {
    throw new UsageError(
      `${files.name}: not a tokenizer.json that can be used: ${errorText(error)}`,
    );
  }
  const encode = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  let vocabularySize: number | undefined;
  return {
    name: files.name,
    digest: files.digest,
    encode,
    count: (text) => encode(text).length,
    countAll: countingAll({
      encode,
      json,
      vocabulary,
      rust: async (options) => (await import('./rust-tokenizer.ts')).loadRust(options),
    }),
    chat: chatOf(settings),
    pieceOf: (id) => tokenizer.id_to_token(id),
    // Seldom asked for, and a pass over all of it.
    get vocabularySize() {
      return (vocabularySize ??= sizeOf(tokenizer.get_vocab(true)));
    },
    decode: (ids) =>
      tokenizer.decode([...ids], {
        skip_special_tokens: false,
        clean_up_tokenization_spaces: false,
      }),
  };
}

function sizeOf(vocabulary: ReadonlyMap<string, number>): number {
  let size = 0;
  for (const id of vocabulary.values()) size = Math.max(size, id + 1);
  return size;
}

function chatOf(settings: unknown): Tokenizer['chat'] {
  const { chat_template, bos_token, eos_token } = isObject(settings) ? settings : {};
  if (typeof chat_template !== 'string') return undefined;
  return {
    template: chat_template,
    bosToken: tokenText(bos_token),
    eosToken: tokenText(eos_token),
  };
}

/** Special tokens are texts, or objects with the text in `content`. */
function tokenText(token: unknown): string {
  if (typeof token === 'string') return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : '';
}
