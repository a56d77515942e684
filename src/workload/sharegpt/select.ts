import { statSync } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import { conversationsIn, recordedIn } from '../chats/chat-file.ts';
import type { Unusable } from '../chats/recorded.ts';
import { contentDigest } from '../files/content-digest.ts';
import { type Tell, tellCounting } from '../files/cost.ts';
import { digestOf } from '../files/digest.ts';
import { readCache, writeJsonCache } from '../files/disk-cache.ts';
import { type JsonBytes, placeOf } from '../files/json-values.ts';
import { type Dropped, droppedLines, Tally } from '../files/tally.ts';
import type { Counted } from '../tokenizer/count-all.ts';
import { countedAhead } from '../tokenizer/counted-ahead.ts';
import { openTokenizer } from '../tokenizer/tokenizer.ts';
import type { TokenizerFiles } from '../tokenizer/tokenizer-files.ts';
import { type Count, type CountedItem, type Filters, fitted, isCounted } from './filter.ts';
import { type Item, parseItem } from './item.ts';

export interface Selection {
  readonly items: readonly CountedItem[];
  /** sha256 of the file. */
  readonly contentDigest: string;
  readonly itemsRead: number;
  readonly leadingAnswers: number;
  readonly dropped: readonly Dropped[];
  readonly countedBy: string;
}

export interface SelectOptions {
  readonly file: string;
  readonly filters: Filters;
  /** Called only if the file has no counts of its own. */
  readonly tokenizer: () => Promise<TokenizerFiles>;
  readonly cacheDir: string;
  readonly tell?: Tell | undefined;
}

/** Changes with what is kept on disk, and with how items are read. */
const FORMAT = 3;

/**
 * The fitting conversations with the tokens of every message. Both are kept on disk by the file's
 * content, so that a second start neither reads nor tokenizes it again.
 * @throws UsageError if no conversation fits, with the counts by reason.
 */
export async function selectItems(options: SelectOptions): Promise<Selection> {
  const { file, filters, cacheDir } = options;
  const files = (await hasOwnCounts(file)) ? undefined : await options.tokenizer();
  const content = await contentDigest(file, cacheDir);
  const key = `sharegpt-${digestOf(FORMAT, content, files?.digest ?? 'own counts', filters)}`;
  const kept = readCache(cacheDir, key);
  if (kept) return JSON.parse(kept.toString('utf8'));
  // At most: reading stops when enough are found.
  const sized = { what: `conversations of ${file}`, bytes: statSync(file).size, cacheDir };
  const progress = tellCounting(files && options.tell, sized);
  const items = itemsIn(file, filters, files, progress.counted);
  const selection = { ...(await select(file, items, filters, files)), contentDigest: content };
  writeJsonCache(cacheDir, key, selection);
  progress.done();
  return selection;
}

/** A prepared file has the tokens of every message; its first item stands for all. */
async function hasOwnCounts(file: string): Promise<boolean> {
  for await (const raw of conversationsIn(file)) {
    const item = parseItem(recordedIn(raw));
    return 'exchanges' in item && item.exchanges.every(isCounted);
  }
  return false;
}

interface Read {
  readonly conversation: Item | Unusable;
  readonly place: Pick<JsonBytes, 'index' | 'line'>;
}

type Reading = AsyncIterable<{ readonly item: Read; readonly count: Count | undefined }>;

/** The conversations, with what counts their texts: nothing, where the file has the counts. */
async function* itemsIn(
  file: string,
  { maxRounds }: Filters,
  files: TokenizerFiles | undefined,
  counted: Counted,
): Reading {
  async function* parsed(): AsyncGenerator<Read> {
    for await (const raw of conversationsIn(file)) {
      const { index, line } = raw;
      yield { place: { index, line }, conversation: parseItem(recordedIn(raw)) };
    }
  }
  // What is not played is counted where a limit asks for it.
  const textsOf = ({ conversation }: Read) =>
    'reason' in conversation
      ? []
      : conversation.exchanges.slice(0, maxRounds).flatMap((one) => [one.question, one.answer]);
  if (files) yield* countedAhead(parsed(), textsOf, await openTokenizer(files), counted);
  else for await (const item of parsed()) yield { item, count: undefined };
}

async function select(
  file: string,
  reading: Reading,
  filters: Filters,
  files: TokenizerFiles | undefined,
) {
  const tally = new Tally();
  const items: CountedItem[] = [];
  let itemsRead = 0;
  let leadingAnswers = 0;
  for await (const { item, count } of reading) {
    itemsRead++;
    const fitting = fitted(item.conversation, filters, count);
    if ('reason' in fitting) {
      tally.add(fitting.reason, `${placeOf(item.place)}, id ${fitting.id}, ${fitting.detail}`);
      continue;
    }
    if (fitting.hadLeadingAnswer) leadingAnswers++;
    items.push(fitting);
    if (items.length === filters.maxItems) break;
  }
  const { dropped } = tally;
  if (!items.length) {
    throw new UsageError(
      [`none of ${itemsRead} conversations can be used`, ...droppedLines(dropped)],
      file,
    );
  }
  return { items, itemsRead, leadingAnswers, dropped, countedBy: files?.name ?? 'the file itself' };
}
