import { statSync } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import { conversationsIn, recordedIn } from '../chats/chat-file.ts';
import { contentDigest } from '../files/content-digest.ts';
import { type Tell, tellCounting } from '../files/cost.ts';
import { digestOf } from '../files/digest.ts';
import { readCache, writeJsonCache } from '../files/disk-cache.ts';
import { placeOf } from '../files/json-values.ts';
import { type Dropped, droppedLines, Tally } from '../files/tally.ts';
import { openTokenizer } from '../tokenizer/tokenizer.ts';
import type { TokenizerFiles } from '../tokenizer/tokenizer-files.ts';
import { type CountedItem, type Filters, fitted, isCounted } from './filter.ts';
import { parseItem } from './item.ts';

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
  if (files) tellCounting(options.tell, statSync(file).size, `conversations of ${file}`);
  const selection = { ...(await read(file, filters, files)), contentDigest: content };
  writeJsonCache(cacheDir, key, selection);
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

async function read(file: string, filters: Filters, files: TokenizerFiles | undefined) {
  const count = files && (await openTokenizer(files)).count;
  const tally = new Tally();
  const items: CountedItem[] = [];
  let itemsRead = 0;
  let leadingAnswers = 0;
  for await (const raw of conversationsIn(file)) {
    itemsRead++;
    const fitting = fitted(parseItem(recordedIn(raw)), filters, count);
    if ('reason' in fitting) {
      tally.add(fitting.reason, `${placeOf(raw)}, id ${fitting.id}, ${fitting.detail}`);
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
