import { StringDecoder } from 'node:string_decoder';
import { parsedJson } from '../base/json.ts';
import { AnswerReader, type BodyObserver } from './answer-reader.ts';
import { EventStream } from './event-stream.ts';
import { hasChoices, oneLine } from './openai.ts';

/** How much of an unintelligible body is quoted. */
const QUOTED_CHARS = 120;

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
  /** The start of the body, for messages. */
  #quote = '';

  constructor(observer: BodyObserver, httpStatus = 200) {
    this.#answer = new AnswerReader(observer, httpStatus);
    this.#events = new EventStream(this.#answer);
  }

  /** `[DONE]` was read: nothing that happens to the connection can spoil the answer any more. */
  get isDone(): boolean {
    return this.#answer.isDone;
  }

  /** Bytes of the body, and when they arrived. */
  feed(bytes: Buffer, atMs: number): void {
    if (this.#answer.isOver || this.#answer.isDone) return;
    this.#answer.atMs = atMs;
    this.#feedText(this.#decode(bytes));
  }

  /** The body is complete, as far as HTTP can tell. */
  end(atMs: number): void {
    const answer = this.#answer;
    if (answer.isOver) return;
    answer.atMs = atMs;
    if (!answer.isDone) this.#flush();
    if (answer.isDone || answer.isFinal) answer.end();
    else answer.fail(this.#whatIsMissing());
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
    if (this.#quote.length < QUOTED_CHARS) {
      this.#quote += text.slice(0, QUOTED_CHARS - this.#quote.length);
    }
    if (this.#mode === 'events') this.#events.feed(text);
    else this.#text += text;
    if (this.#mode === 'unknown') this.#recognise();
  }

  #recognise(): void {
    // A byte order mark is a blank to trimStart, and means nothing in front of events or of JSON.
    const start = this.#text.trimStart();
    if (start === '') return;
    this.#mode = /^[{[]/.test(start) ? 'document' : 'events';
    this.#text = start;
    if (this.#mode === 'events') this.#events.feed(start);
  }

  #flush(): void {
    const rest = this.#decoder?.end();
    if (rest) this.#feedText(rest);
    if (this.#mode === 'events') this.#events.end();
    else if (this.#mode === 'document') this.#readDocument();
  }

  #readDocument(): void {
    const json = parsedJson(this.#text);
    if (json === undefined) this.#answer.fail(`response is not JSON: ${this.#quoted}`);
    else this.#answer.read(json);
    // A document is whole by itself; not every server puts a finish_reason into it.
    if (hasChoices(json)) this.#answer.isFinal = true;
  }

  #whatIsMissing(): string {
    if (this.#mode === 'unknown') return 'empty response';
    if (this.#mode === 'document') return `response without choices: ${this.#quoted}`;
    if (!this.#events.hasEvents) return `response is not an event stream: ${this.#quoted}`;
    return 'stream ended without finish_reason or [DONE]';
  }

  get #quoted(): string {
    return oneLine(this.#quote);
  }
}
