import { UsageError } from '../../base/errors.ts';
import { type Tell, tellCounting } from '../files/cost.ts';
import { digestOf } from '../files/digest.ts';
import { readCache, writeJsonCache } from '../files/disk-cache.ts';
import { placeOf } from '../files/json-values.ts';
import { Tally } from '../files/tally.ts';
import { commonBeginning } from '../text/common-beginning.ts';
import { countedAhead } from '../tokenizer/counted-ahead.ts';
import { openTokenizer } from '../tokenizer/tokenizer.ts';
import type { TokenizerFiles } from '../tokenizer/tokenizer-files.ts';
import { FirstToSay } from './first-to-say.ts';
import { type Chat, chatOf } from './item.ts';
import { ChatTenants } from './tenants.ts';

/** What is known of conversations before any is played: that they are sound, and their tokens. */
export interface ChatSurvey {
  /** Per conversation and exchange: tokens of the message, and of the recorded answer if there is one; none if nothing was counted. */
  readonly counts: readonly (readonly ExchangeCounts[])[];
  /** Tokens that all of two or more conversations begin with. */
  readonly sharedTokens: number;
  /** By conversation, which of the beginnings of all it has; absent: see `ChatTenants`. */
  readonly tenants?: readonly number[];
  /** By tenant, what all of its conversations begin with: `sharedTokens` and more. */
  readonly tenantTokens?: readonly number[];
  /** By conversation, of its first turns those that were said before: see `FirstToSay`. Absent: none is. */
  readonly firsts?: readonly (readonly number[])[];
  /** What is not sent of them: its name, and of how many conversations. */
  readonly unsent: readonly (readonly [name: string, conversations: number])[];
}

export type ExchangeCounts = readonly [messageTokens?: number, answerTokens?: number];

export interface Surveyed {
  /** Named in problems. */
  readonly file: string;
  readonly contentDigest: string;
  readonly items: readonly Buffer[];
  readonly lines?: readonly number[];
  readonly tokenizer: TokenizerFiles;
  readonly cacheDir: string;
  /** Counting takes minutes for hundreds of megabytes, and is for nothing where lengths are given. */
  readonly isCounting: boolean;
  readonly tell?: Tell | undefined;
}

/** Changes with what is kept on disk, and with how items are read. */
const FORMAT = 7;

/**
 * Checks and counts every conversation, once for this content: a second start does neither.
 * @throws UsageError naming file, index and id of conversations that cannot be used or share an id.
 */
export async function surveyChats(surveyed: Surveyed): Promise<ChatSurvey> {
  const { file, contentDigest, tokenizer, cacheDir, isCounting } = surveyed;
  const key = `chats-${digestOf(FORMAT, contentDigest, tokenizer.digest, isCounting)}`;
  const kept = readCache(cacheDir, key);
  if (kept) return JSON.parse(kept.toString('utf8'));
  checkChats(surveyed);
  const bytes = surveyed.items.reduce((sum, item) => sum + item.length, 0);
  const tell = isCounting ? surveyed.tell : undefined;
  const progress = tellCounting(tell, { what: file, bytes, cacheDir });
  const opened = await openTokenizer(tokenizer);
  const beginning = new SharedBeginning();
  const tenants = new ChatTenants();
  const firstToSay = new FirstToSay();
  const firsts: number[][] = [];
  const beginnings: SharedBeginning[] = [];
  const unsent = new Map<string, number>();
  const counts: ExchangeCounts[][] = [];
  const textsOf = isCounting ? saidIn : () => [];
  for await (const ahead of countedAhead(chatsOf(surveyed), textsOf, opened, progress.counted)) {
    const { item: chat, count } = ahead;
    beginning.add(chat);
    firsts.push(firstToSay.add(chat));
    (beginnings[tenants.add(chat) - 1] ??= new SharedBeginning()).add(chat);
    for (const name of chat.unsent) unsent.set(name, (unsent.get(name) ?? 0) + 1);
    counts.push(
      chat.exchanges.map(({ message, answer }): ExchangeCounts => {
        if (!isCounting) return [];
        const messageTokens = count(message.text);
        return answer ? [messageTokens, count(answer.text)] : [messageTokens];
      }),
    );
  }
  const sharedTokens = beginning.tokens(opened.count);
  const survey: ChatSurvey = {
    ...{ counts, sharedTokens },
    ...(tenants.numbers && {
      tenants: tenants.numbers,
      tenantTokens: beginnings.map((one) => Math.max(sharedTokens, one.tokens(opened.count))),
    }),
    ...(firsts.some((one) => one.length > 0) && { firsts }),
    unsent: [...unsent],
  };
  writeJsonCache(cacheDir, key, survey);
  progress.done();
  return survey;
}

function* chatsOf({ items }: Surveyed): Generator<Chat> {
  for (const [index, bytes] of items.entries()) yield chatOf(bytes, index) as Chat;
}

function saidIn({ exchanges }: Chat): string[] {
  return exchanges.flatMap(({ message, answer }) =>
    answer ? [message.text, answer.text] : [message.text],
  );
}

const PROBLEMS_SHOWN = 10;

function checkChats({ file, items, lines }: Surveyed): void {
  const indexOf = new Map<string, number>();
  const tally = new Tally();
  const problems: string[] = [];
  for (const [index, bytes] of items.entries()) {
    const chat = chatOf(bytes, index);
    const place = lines ? placeOf({ index, line: lines[index]! }) : `item ${index}`;
    const where = `${place}, id ${chat.id}`;
    const { reason, detail } = 'reason' in chat ? chat : usedTwice(indexOf.get(chat.id));
    if (reason !== undefined) {
      problems.push(`${where}: ${detail}`);
      tally.add(reason, where);
    } else indexOf.set(chat.id, index);
  }
  if (!problems.length) return;
  const rest = problems.length - PROBLEMS_SHOWN;
  const counts = tally.dropped.map(({ reason, count }) => `${reason} ${count}`).join(', ');
  throw new UsageError(
    [
      ...problems.slice(0, PROBLEMS_SHOWN),
      ...(rest > 0 ? [`and ${rest} more; of ${items.length} conversations: ${counts}`] : []),
    ],
    file,
  );
}

function usedTwice(index: number | undefined) {
  if (index === undefined) return { reason: undefined, detail: undefined };
  return {
    reason: 'an id used twice',
    detail: `the id of item ${index} too; expected ids that differ`,
  };
}

/** The texts that all conversations begin with: whole messages, and then the start of one. */
class SharedBeginning {
  #texts: readonly string[] = [];
  #conversations = 0;

  add({ opening, exchanges }: Chat): void {
    const { before, message } = exchanges[0]!;
    const texts = [...opening, ...before, message].map(({ text }) => text);
    this.#texts = this.#conversations++ ? commonStart(this.#texts, texts) : texts;
  }

  tokens(count: (text: string) => number): number {
    if (this.#conversations < 2) return 0;
    return this.#texts.reduce((sum, text) => sum + (text ? count(text) : 0), 0);
  }
}

function commonStart(a: readonly string[], b: readonly string[]): string[] {
  const same = a.findIndex((text, i) => text !== b[i]);
  if (same < 0) return [...a];
  return [...a.slice(0, same), commonBeginning(a[same]!, b[same] ?? '')];
}
