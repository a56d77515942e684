import { max, mean } from 'd3-array';
import { UsageError } from '../../base/errors.ts';
import { conversationsIn, recordedIn } from '../chats/chat-file.ts';
import { placeOf } from '../files/json-values.ts';
import { type Dropped, droppedLines, Tally } from '../files/tally.ts';
import { isSameFile, writeWhole } from '../files/whole-file.ts';
import { countedAhead } from '../tokenizer/counted-ahead.ts';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';
import { type Item, parseItem, textsOf } from './item.ts';

export interface PrepareOptions {
  readonly input: string;
  readonly output: string;
  /** As in a scenario: 'gpt2', a folder, a tokenizer.json or a model name. */
  readonly tokenizer: string;
  /** Share of the file to use, from its beginning; 0 < proportion <= 1. */
  readonly proportion?: number;
  /** Exchanges that a conversation must have. */
  readonly minRounds?: number;
  /** Allows the output to replace the input. */
  readonly force?: boolean;
  /** Told now and then how many conversations have been read. */
  readonly onProgress?: (itemsRead: number) => void;
}

export interface Prepared {
  readonly itemsRead: number;
  readonly itemsKept: number;
  readonly messages: number;
  readonly tokens: number;
  readonly leadingAnswers: number;
  readonly dropped: readonly Dropped[];
}

/**
 * Writes the usable conversations of a ShareGPT file with the tokens of every message, in the form that
 * multi-round-qa reads: `conversations` of `from`, `value`, `num_tokens` (at least 1), and per
 * conversation `num_round` (its messages) and the mean and longest human and gpt message. Item by item,
 * so that memory does not grow with the file; the output appears whole or not at all.
 * @throws UsageError if a file cannot be used, or no conversation can.
 */
export async function prepareShareGpt(options: PrepareOptions): Promise<Prepared> {
  const { input, output, proportion = 1 } = options;
  if (!options.force && isSameFile(input, output)) {
    throw new UsageError(
      `${output} is the input itself; expected another file, or --force to replace it`,
    );
  }
  const tokenizer = await loadTokenizer(options.tokenizer);
  const itemsMax = proportion < 1 ? Math.floor((await itemCount(input)) * proportion) : Infinity;
  const summary = new Summary();
  await writeWhole(output, preparedLines({ ...options, counting: tokenizer, itemsMax, summary }));
  return summary;
}

interface Preparing extends PrepareOptions {
  readonly counting: Pick<Tokenizer, 'count' | 'countAll'>;
  readonly itemsMax: number;
  readonly summary: Summary;
}

const PROGRESS_ITEMS = 1000;

async function* preparedLines(preparing: Preparing): AsyncGenerator<string> {
  const { input, summary, counting } = preparing;
  let separator = '[\n';
  for await (const { item, count } of countedAhead(usable(preparing), textsOf, counting)) {
    const prepared = preparedItem(item, count);
    summary.keep(item, prepared.conversations);
    yield separator + JSON.stringify(prepared);
    separator = ',\n';
  }
  if (!summary.itemsKept) throw nothingUsable(input, summary);
  yield '\n]\n';
}

async function* usable(preparing: Preparing): AsyncGenerator<Item> {
  const { input, itemsMax, minRounds = 1, summary, onProgress } = preparing;
  for await (const raw of conversationsIn(input)) {
    if (raw.index >= itemsMax) break;
    if (++summary.itemsRead % PROGRESS_ITEMS === 0) onProgress?.(summary.itemsRead);
    const item = parseItem(recordedIn(raw));
    const where = `${placeOf(raw)}, id ${item.id}`;
    if ('reason' in item) summary.drop(item.reason, `${where}, ${item.detail}`);
    else if (item.exchanges.length < minRounds) {
      summary.drop(`fewer than ${minRounds} rounds`, `${where}, ${item.exchanges.length}`);
    } else yield item;
  }
}

interface PreparedMessage {
  readonly from: 'human' | 'gpt' | 'system';
  readonly value: string;
  readonly num_tokens: number;
}

function preparedItem({ id, system, exchanges }: Item, count: (text: string) => number) {
  const message = (from: PreparedMessage['from'], value: string): PreparedMessage => ({
    from,
    value,
    num_tokens: Math.max(1, count(value)),
  });
  const conversations = [
    ...(system ? [message('system', system)] : []),
    ...exchanges.flatMap(({ question, answer }) => [
      message('human', question),
      message('gpt', answer),
    ]),
  ];
  const tokensOf = (from: PreparedMessage['from']) =>
    conversations.filter((one) => one.from === from).map((one) => one.num_tokens);
  const [human, gpt] = [tokensOf('human'), tokensOf('gpt')];
  return {
    id,
    conversations,
    num_round: conversations.length,
    average_human_token: mean(human),
    max_human_token: max(human),
    average_gpt_token: mean(gpt),
    max_gpt_token: max(gpt),
  };
}

class Summary implements Prepared {
  itemsRead = 0;
  itemsKept = 0;
  messages = 0;
  tokens = 0;
  leadingAnswers = 0;
  readonly #tally = new Tally();

  keep(item: Item, messages: readonly PreparedMessage[]): void {
    this.itemsKept++;
    this.messages += messages.length;
    for (const { num_tokens } of messages) this.tokens += num_tokens;
    if (item.hadLeadingAnswer) this.leadingAnswers++;
  }

  drop(reason: string, which: string): void {
    this.#tally.add(reason, which);
  }

  get dropped(): Dropped[] {
    return this.#tally.dropped;
  }
}

async function itemCount(file: string): Promise<number> {
  let count = 0;
  for await (const _ of conversationsIn(file)) count++;
  return count;
}

function nothingUsable(input: string, { itemsRead, dropped }: Prepared): UsageError {
  return new UsageError(
    [`none of ${itemsRead} conversations can be used`, ...droppedLines(dropped)],
    input,
  );
}
