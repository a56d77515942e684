import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { errorText, UsageError } from '../../base/errors.ts';
import { stream } from '../../base/random.ts';
import { shuffled } from '../draw/shuffle.ts';
import { type Dropped, droppedLines, Tally } from '../files/tally.ts';
import { isSameFile, writeWhole } from '../files/whole-file.ts';
import { countedAhead } from '../tokenizer/counted-ahead.ts';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';
import { characters, type Fit, fittedMessages, type OpenAiMessage } from './fit.ts';
import { wholeConversations } from './parts.ts';

export interface ConvertOptions extends Fit {
  readonly input: string;
  readonly output: string;
  readonly seed: string | number;
  /** Conversations to take, drawn from those that fit. */
  readonly maxItems?: number | undefined;
  readonly mergeParts: boolean;
  /** Counts the tokens of the statistics, where given. */
  readonly model?: string | undefined;
}

export interface Converted {
  /** After parts were joined. */
  readonly conversations: number;
  readonly written: number;
  readonly dropped: readonly Dropped[];
  readonly shape: ConvertedShape;
}

/** Of what was written: `words` and `tokens` of each message, the others of each conversation. */
export type ConvertedShape = {
  readonly user_turns: number[];
  readonly assistant_turns: number[];
  readonly words: number[];
  readonly conv_turns: number[];
  readonly conv_words: number[];
  readonly conv_characters: number[];
  /** Empty without a model. */
  readonly tokens: number[];
};

/**
 * Writes the conversations of a ShareGPT file that fit as a JSON list of OpenAI messages, in an order
 * drawn with the seed. Memory does not grow with the texts: they wait in a file beside the output.
 * @throws UsageError if a file cannot be used, or no conversation fits.
 */
export async function convertShareGpt(options: ConvertOptions): Promise<Converted> {
  const { input, output, maxItems, seed, model } = options;
  if (isSameFile(input, output)) {
    throw new UsageError(`${output} is the input itself; expected another file`);
  }
  const tokenizer = model === undefined ? undefined : await loadTokenizer(model);
  const tally = new Tally();
  const store = openStore(output);
  let conversations = 0;
  try {
    for await (const whole of wholeConversations(input, options.mergeParts)) {
      conversations++;
      const messages = 'reason' in whole ? whole : fittedMessages(whole.id, whole.said, options);
      if ('reason' in messages) tally.add(messages.reason, `id ${whole.id}, ${messages.detail}`);
      else store.add(JSON.stringify({ id: whole.id, messages }));
    }
    const { dropped } = tally;
    if (!store.places.length) {
      const problem = `none of ${conversations} conversations can be used`;
      throw new UsageError([problem, ...droppedLines(dropped)], input);
    }
    const places = shuffled(stream(seed, 'convert'), store.places).slice(0, maxItems);
    const shape = emptyShape();
    await writeWhole(output, convertedLines({ store, places, shape, tokenizer }));
    return { conversations, written: places.length, dropped, shape };
  } finally {
    store.close();
  }
}

interface Place {
  readonly at: number;
  readonly bytes: number;
}

interface Store {
  readonly places: readonly Place[];
  add(text: string): void;
  read(place: Place): string;
  close(): void;
}

/** Texts in a temporary file, to be read again in another order. */
function openStore(output: string): Store {
  const path = `${output}.${randomUUID()}`;
  const places: Place[] = [];
  let end = 0;
  let handle: number;
  try {
    handle = openSync(path, 'wx+');
  } catch (error) {
    throw new UsageError(`cannot write ${output}: ${errorText(error)}`);
  }
  return {
    places,
    add(text) {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(handle, bytes, done, bytes.length - done, end + done);
      }
      places.push({ at: end, bytes: bytes.length });
      end += bytes.length;
    },
    read({ at, bytes }) {
      const buffer = Buffer.alloc(bytes);
      for (let done = 0; done < bytes; ) {
        done += readSync(handle, buffer, done, bytes - done, at + done);
      }
      return buffer.toString('utf8');
    },
    close() {
      closeSync(handle);
      rmSync(path, { force: true });
    },
  };
}

interface Writing {
  readonly store: Store;
  readonly places: readonly Place[];
  readonly shape: ConvertedShape;
  /** Absent: tokens are not asked for. */
  readonly tokenizer: Pick<Tokenizer, 'count' | 'countAll'> | undefined;
}

interface Stored {
  readonly text: string;
  readonly messages: readonly OpenAiMessage[];
}

async function* convertedLines(writing: Writing): AsyncGenerator<string> {
  const { shape, tokenizer } = writing;
  let separator = '[\n';
  const textsOf = ({ messages }: Stored) => messages.map(({ content }) => content);
  const counting = tokenizer && countedAhead(stored(writing), textsOf, tokenizer);
  for await (const { item, count } of counting ?? uncounted(stored(writing))) {
    addToShape(item.messages, shape, count);
    yield separator + item.text;
    separator = ',\n';
  }
  yield '\n]\n';
}

function* stored({ store, places }: Writing): Generator<Stored> {
  for (const place of places) {
    const text = store.read(place);
    yield { text, messages: JSON.parse(text).messages };
  }
}

function* uncounted<T>(items: Iterable<T>): Generator<{ item: T; count: undefined }> {
  for (const item of items) yield { item, count: undefined };
}

function emptyShape(): ConvertedShape {
  return {
    user_turns: [],
    assistant_turns: [],
    words: [],
    conv_turns: [],
    conv_words: [],
    conv_characters: [],
    tokens: [],
  };
}

function addToShape(
  messages: readonly OpenAiMessage[],
  shape: ConvertedShape,
  count: ((text: string) => number) | undefined,
): void {
  const words = messages.map(({ content }) => content.match(/\S+/g)?.length ?? 0);
  const users = messages.filter(({ role }) => role === 'user').length;
  shape.user_turns.push(users);
  shape.assistant_turns.push(messages.length - users);
  shape.conv_turns.push(messages.length);
  shape.conv_words.push(sum(words));
  shape.conv_characters.push(sum(messages.map(({ content }) => characters(content))));
  for (const [i, { content }] of messages.entries()) {
    shape.words.push(words[i]!);
    if (count) shape.tokens.push(count(content));
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
