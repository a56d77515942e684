import { digestOf, sha256 } from '../../files/digest.ts';
import { readCache, writeCache } from '../../files/disk-cache.ts';
import { openTokenizer } from '../../tokenizer/tokenizer.ts';
import type { TokenizerFiles } from '../../tokenizer/tokenizer-files.ts';
import type { ChatItems } from '../items.ts';
import { layOutCompat } from './compat.ts';
import { type GeneratorConfig, parseGeneratorConfig } from './config.ts';
import { type ChatMessage, layOut, tokensWanted } from './layout.ts';
import { BASE_QUESTION, planConversations, tagOf } from './plan.ts';
import { openWordText, readTexts } from './text.ts';

export interface Generating {
  /** Where the configuration is. */
  readonly file: string;
  /** The configuration, as read. */
  readonly value: unknown;
  readonly seed: string | number;
  /** Laid out with bench_dataset.py's arithmetic. */
  readonly isCompat: boolean;
  readonly tokenizer: TokenizerFiles;
  readonly cacheDir: string;
}

export interface GeneratedChat {
  readonly id: string;
  readonly messages: readonly ChatMessage[];
}

export interface Generated {
  readonly config: GeneratorConfig;
  readonly chats: readonly GeneratedChat[];
  readonly notes: readonly string[];
}

/**
 * Makes the conversations of a configuration: a function of the configuration, its texts, the tokenizer
 * and the seed. They are numbered `CONV_ID_0` and so on.
 * @throws UsageError for a configuration or text that cannot be used.
 */
export async function generateChats(generating: Generating): Promise<Generated> {
  const { file, seed, isCompat, cacheDir } = generating;
  const config = parseGeneratorConfig(generating.value, file);
  const text = textOf(readTexts(config.textFiles, file), isCompat);
  const tokenizer = await openTokenizer(generating.tokenizer);
  const { count } = tokenizer;
  const always = isCompat
    ? `${BASE_QUESTION} `
    : `${tagOf(config.conversations - 1)} ${BASE_QUESTION}`;
  const plan = planConversations({ config, seed, isCompat, messageTokensMin: count(always) });
  const differences: number[] = [];
  const opened = { tokensWanted: tokensWanted(plan), tokenizer, cacheDir };
  const said = isCompat
    ? layOutCompat(plan, text, tokenizer)
    : layOut({
        plan,
        words: await openWordText(text, opened),
        count,
        differs: (tokens) => differences.push(tokens),
      });
  return {
    config,
    chats: said.map((messages, index) => ({ id: `CONV_ID_${index}`, messages })),
    notes: notes(isCompat, tokenizer.name, differences),
  };
}

/** Python ends every line of a text in one way. */
function textOf(read: string, isCompat: boolean): string {
  return isCompat ? read.replaceAll(/\r\n?/g, '\n') : read;
}

/** Changes whenever the same configuration comes to say other things. */
const FORMAT = 2;

/** The conversations as items to play; kept on disk, so that a second start makes none. */
export async function openGenerated(generating: Generating): Promise<ChatItems> {
  const { file, value, seed, isCompat, tokenizer, cacheDir } = generating;
  const { textFiles } = parseGeneratorConfig(value, file);
  const text = sha256(readTexts(textFiles, file));
  const key = `generated-${digestOf(FORMAT, value, text, seed, isCompat, tokenizer.digest)}`;
  let lines = readCache(cacheDir, key)?.toString('utf8').split('\n');
  if (!lines) {
    const { chats, notes } = await generateChats(generating);
    lines = [JSON.stringify(notes), ...chats.map((chat) => JSON.stringify(chat))];
    writeCache(cacheDir, key, Buffer.from(lines.join('\n')));
  }
  const [head, ...items] = lines;
  return {
    items: items.map((line) => Buffer.from(line)),
    contentDigest: sha256(items.join('\n')),
    notes: JSON.parse(head!),
  };
}

function notes(isCompat: boolean, tokenizer: string, differences: readonly number[]): string[] {
  const largest = differences.reduce((most, one) => Math.max(most, one), 0);
  return [
    `generated with ${tokenizer}${isCompat ? ", lengths by bench_dataset.py's arithmetic" : ''}`,
    ...(largest
      ? [`${differences.length} texts differ from their length by at most ${largest} tokens`]
      : []),
  ];
}
