import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { stream } from '../../base/random.ts';
import { type Unfinished, unfinishedFile } from '../../base/unfinished.ts';
import { shuffled } from '../draw/shuffle.ts';
import { type Dropped, droppedLines, Tally } from '../files/tally.ts';
import { cannotWrite, refuseInput, writeWhole } from '../files/whole-file.ts';
import { countedAhead } from '../tokenizer/counted-ahead.ts';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';
import { characters, type Fit, fittedMessages, type OpenAiMessage } from './fit.ts';
import { aibrixForm, FORMS, type Form, type FormName } from './forms.ts';
import { type Heard, openSource, type SourceName } from './sources.ts';

export interface ConvertOptions extends Fit {
  readonly input: string;
  readonly output: string;
  readonly seed: string | number;
  /** Conversations to take, drawn from those that fit. */
  readonly maxItems?: number | undefined;
  readonly mergeParts: boolean;
  /** What the input is; default: conversations, in any shape that they have. */
  readonly from?: SourceName | 'auto' | undefined;
  /** Write what the system says first, where the form has a place for it. */
  readonly keepSystem?: boolean | undefined;
  /** What to write: a form, or the one of AIBrix's that fits the input; default: OpenAI messages. */
  readonly to?: FormName | 'aibrix' | undefined;
  /** Counts the tokens of the statistics, where given. */
  readonly model?: string | undefined;
}

export interface Converted {
  /** After parts were joined. */
  readonly conversations: number;
  readonly written: number;
  readonly dropped: readonly Dropped[];
  /** What else is to be known: of the file, and of what the form has no place for. */
  readonly notes: readonly string[];
  readonly form: FormName;
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
 * Writes the conversations of a file that fit, as OpenAI messages in an order drawn with the seed, or as AIBrix has
 * them in theirs. Memory does not grow with the texts of conversations: they wait in a file beside the output.
 * @throws UsageError if a file cannot be used, or no conversation fits.
 */
export async function convertShareGpt(options: ConvertOptions): Promise<Converted> {
  const { input, output, maxItems, seed, model } = options;
  refuseInput(output, input);
  const { to = 'openai', mergeParts } = options;
  const { foldsTools } = FORMS[to === 'aibrix' ? 'aibrix-sessions' : to];
  const opened = await openSource(input, options.from ?? 'chats', { mergeParts, foldsTools });
  const name = to === 'aibrix' ? aibrixForm(opened) : to;
  const form: Form = FORMS[name];
  const keepLastQuestion = options.keepLastQuestion ?? form.keepsQuestions;
  const tokenizer = model === undefined ? undefined : await loadTokenizer(model);
  const tally = new Tally();
  const lost = new Tally();
  const store = openStore(output);
  let conversations = 0;
  try {
    for await (const whole of opened.conversations) {
      conversations++;
      const messages =
        'reason' in whole ? whole : fittedMessages(whole, { ...options, keepLastQuestion });
      if ('reason' in messages) tally.add(messages.reason, `id ${whole.id}, ${messages.detail}`);
      else {
        const { id, sessionId, said, hadTools } = whole as Heard;
        const system = said[0]?.message.role === 'system' ? said[0].message.text : undefined;
        const isTold = form.hasSystem && options.keepSystem;
        const row = form.row({ id, sessionId, system: isTold ? system : undefined }, messages);
        const kept = form.messages(row).length;
        if (kept < messages.length) lost.add('later turns', `id ${id}`);
        if (hadTools) lost.add('tools, what they were asked and what they found', `id ${id}`);
        if (system !== undefined && !isTold) lost.add('a system message', `id ${id}`);
        store.add(JSON.stringify(row));
      }
    }
    const { dropped } = tally;
    if (!store.places.length) {
      const problem = `none of ${conversations} conversations can be used`;
      throw new UsageError([problem, ...droppedLines(dropped)], input);
    }
    const drawn = shuffled(stream(seed, 'convert'), store.places).slice(0, maxItems);
    const places = form.isShuffled ? drawn : drawn.sort((a, b) => a.at - b.at);
    const shape = emptyShape();
    await writeWhole(output, convertedLines({ store, places, form, shape, tokenizer }));
    const notes = [...opened.notes, ...lost.dropped.map(lossLine)];
    return { conversations, written: places.length, dropped, notes, form: name, shape };
  } finally {
    store.close();
  }
}

function lossLine({ reason, count, first }: Dropped): string {
  return `${count} written without ${reason} (first: ${first})`;
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
  let half: Unfinished | undefined;
  let handle: number;
  try {
    half = unfinishedFile(path, makeFolder(dirname(output)));
    handle = openSync(path, 'wx+');
  } catch (error) {
    half?.remove();
    throw cannotWrite(output, error, path);
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
      half?.remove();
    },
  };
}

interface Writing {
  readonly store: Store;
  readonly places: readonly Place[];
  readonly form: Form;
  readonly shape: ConvertedShape;
  /** Absent: tokens are not asked for. */
  readonly tokenizer: Pick<Tokenizer, 'count' | 'countAll'> | undefined;
}

interface Stored {
  readonly text: string;
  readonly messages: readonly OpenAiMessage[];
}

async function* convertedLines(writing: Writing): AsyncGenerator<string> {
  const { form, shape, tokenizer } = writing;
  const textsOf = ({ messages }: Stored) => messages.map(({ content }) => content);
  const counting = tokenizer && countedAhead(stored(writing), textsOf, tokenizer);
  let separator = form.isList ? '[\n' : '';
  for await (const { item, count } of counting ?? uncounted(stored(writing))) {
    addToShape(item.messages, shape, count);
    yield separator + item.text;
    separator = form.isList ? ',\n' : '\n';
  }
  yield form.isList ? '\n]\n' : '\n';
}

function* stored({ store, places, form }: Writing): Generator<Stored> {
  for (const place of places) {
    const text = store.read(place);
    yield { text, messages: form.messages(JSON.parse(text)) };
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
