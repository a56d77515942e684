import { StringDecoder } from 'node:string_decoder';
import { parsedJson } from '../../base/json.ts';
import { megabytes } from '../limits.ts';
import { AnswerReader, type BodyObserver, type ReadingOptions } from './answer-reader.ts';
import { EventStream } from './event-stream.ts';
import { isAnswer } from './openai.ts';

/** How much of an unintelligible body is quoted. */
const QUOTED_CHARS = 120;

/** The first bytes of bodies that are compressed, though no header says so. */
const MAGIC = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
] as const;

/**
 * Reads the body of a 2xx response: server-sent events in any dialect, or one JSON document, told apart by
 * the first character. Calls onDelta as bytes come, then onEnd or onFail exactly once. Needs no socket.
 */
export class StreamReader {
  readonly #answer: AnswerReader;
  readonly #events: EventStream;
  #decoder: StringDecoder | undefined;
  #mayHoldBytes = false;
  #mode: 'unknown' | 'events' | 'document' = 'unknown';
  /** All of a document; of anything else the text before its kind was known. */
  #text = '';
  /** A document whose last character may be its last. */
  #mayBeWhole = false;
  /** The start of the body, for messages. */
  #quote = '';

  constructor(observer: BodyObserver, options: ReadingOptions = {}) {
    this.#answer = new AnswerReader(observer, options);
    this.#events = new EventStream(this.#answer);
  }

  /** `[DONE]` was read: nothing that happens to the connection can spoil the answer any more. */
  get isDone(): boolean {
    return this.#answer.isDone;
  }

  /** All that makes an answer was read; the body may go on, but with nothing that is awaited. */
  get isComplete(): boolean {
    return this.#answer.isDone || (this.#mode === 'events' && this.#answer.isComplete);
  }

  /** Complete, or a document that looks so. */
  get mayBeComplete(): boolean {
    return this.#mayBeWhole || this.isComplete;
  }

  /** The same, with a closer look. */
  get isWhole(): boolean {
    return this.#mayBeWhole ? parsedJson(this.#text) !== undefined : this.isComplete;
  }

  /** When the bytes arrived that said something of the answer last. */
  get saidMs(): number {
    return this.#answer.saidMs;
  }

  /** Bytes of the body, and when they arrived. */
  feed(bytes: Buffer, atMs: number): void {
    if (this.#answer.isOver || this.#answer.isDone) return;
    this.#answer.atMs = atMs;
    const coding = this.#mode === 'unknown' ? compressed(bytes) : undefined;
    if (coding) this.#answer.fail(`the body is compressed (${coding}), which was not asked for`);
    else this.#feedText(this.#decode(bytes));
  }

  /** The body is complete, as far as HTTP can tell. */
  end(atMs: number): void {
    const answer = this.#answer;
    if (answer.isOver) return;
    if (!answer.isDone) this.#flush();
    if (answer.isDone || answer.isFinal) {
      answer.end();
      return;
    }
    answer.atMs = atMs;
    if (this.#events.hasEvents)
      answer.failUnfinished('stream ended without finish_reason or [DONE]');
    else answer.fail(this.#whatCame);
  }

  /** Nothing is called any more. */
  cancel(): void {
    this.#answer.cancel();
  }

  #decode(bytes: Buffer): string {
    // A piece that ends in ASCII ends between characters; the decoder, which is slower, is for the others.
    const endsInAscii = bytes.length > 0 && bytes[bytes.length - 1]! < 0x80;
    if (endsInAscii && !this.#mayHoldBytes) return bytes.toString();
    this.#mayHoldBytes = !endsInAscii;
    this.#decoder ??= new StringDecoder('utf8');
    return this.#decoder.write(bytes);
  }

  #feedText(text: string): void {
    if (this.#quote.length < QUOTED_CHARS) this.#quote += text.slice(0, QUOTED_CHARS);
    if (this.#mode === 'events') {
      this.#events.feed(text);
      return;
    }
    this.#text += text;
    if (this.#mode === 'unknown') this.#recognise();
    if (this.#mode === 'document') this.#feedDocument(text);
  }

  #recognise(): void {
    // A byte order mark is a blank to trimStart, and means nothing in front of events or of JSON.
    const start = this.#text.trimStart();
    this.#text = start;
    if (start === '') return;
    this.#mode = /^[{[]/.test(start) ? 'document' : 'events';
    if (this.#mode === 'document') return;
    this.#text = '';
    this.#events.feed(start);
  }

  #feedDocument(text: string): void {
    const { bytesMax } = this.#answer;
    this.#answer.saidMore();
    const end = text.trimEnd();
    if (end !== '') this.#mayBeWhole = end.endsWith('}');
    if (this.#text.length <= bytesMax) return;
    this.#text = '';
    this.#answer.fail(`the response is longer than ${megabytes(bytesMax)}`);
  }

  #flush(): void {
    const rest = this.#decoder?.end();
    if (rest) this.#feedText(rest);
    if (this.#mode === 'events') this.#events.end();
    else if (this.#mode === 'document') this.#readDocument();
  }

  #readDocument(): void {
    const json = parsedJson(this.#text);
    if (json === undefined) this.#answer.fail(`${this.#whatText}: ${this.#quoted}`);
    else this.#answer.read(json);
    // A document is whole by itself; not every server puts a finish_reason into it.
    if (isAnswer(json)) this.#answer.isFinal = true;
  }

  /** Of a document that is none. */
  get #whatText(): string {
    const line = this.#text.slice(0, this.#text.indexOf('\n'));
    const isLines = parsedJson(line) !== undefined;
    return isLines ? 'response is lines of JSON, not events' : 'response is not JSON';
  }

  get #whatCame(): string {
    if (this.#mode === 'unknown') return 'empty response';
    if (this.#mode === 'events' && this.#quote.trimStart().startsWith(':')) {
      return 'response is nothing but comments';
    }
    const what = this.#mode === 'document' ? 'without choices' : 'is not an event stream';
    return `response ${what}: ${this.#quoted}`;
  }

  get #quoted(): string {
    return this.#quote.slice(0, QUOTED_CHARS);
  }
}

function compressed(bytes: Buffer): string | undefined {
  for (const [coding, magic] of MAGIC) {
    if (magic.every((byte, index) => bytes[index] === byte)) return coding;
  }
  return undefined;
}
