import { parsedJson } from '../../base/json.ts';
import { megabytes } from '../limits.ts';
import type { AnswerReader } from './answer-reader.ts';
import type { Delta } from './answer-text.ts';
import { complaintOf } from './complaint.ts';
import { EventSplitter, isErrorName, type ServerEvent } from './sse.ts';
import { learnTemplate, type Template, textEnd } from './template.ts';

/** Templates that may fail one after the other before a stream is taken for one that has none. */
const TEMPLATES_MAX = 8;

/** Reads an answer from server-sent events. The text may come in any pieces. */
export class EventStream {
  readonly #answer: AnswerReader;
  readonly #splitter: EventSplitter;
  /** At the start of an event, with nothing held back. */
  #isBetweenEvents = true;
  /** The last character was a carriage return: a line feed after it ends no line of its own. */
  #endedInReturn = false;
  #template: Template | undefined;
  #templatesLeft = TEMPLATES_MAX;
  #isEnding = false;
  /** Whether the stream has held any event of an answer so far. */
  hasEvents = false;

  constructor(answer: AnswerReader) {
    this.#answer = answer;
    this.#splitter = new EventSplitter({
      charsMax: answer.bytesMax,
      onEvent: (event) => this.#onEvent(event),
      onTooLong: () => answer.fail(`an event is longer than ${megabytes(answer.bytesMax)}`),
    });
  }

  feed(read: string): void {
    // Events of the known form have no carriage returns.
    const isKnown = this.#isBetweenEvents && this.#template && !this.#endedInReturn;
    let at = isKnown ? this.#skim(this.#template!, read, 0) : 0;
    if (at === read.length) return;
    const text = this.#withLineFeeds(at === 0 ? read : read.slice(at));
    at = 0;
    while (at < text.length && !this.#isComplete) {
      if (this.#isBetweenEvents && this.#template) at = this.#skim(this.#template, text, at);
      if (at === text.length) return;
      const blankLine = text.indexOf('\n\n', at);
      const end = blankLine < 0 ? text.length : blankLine + 2;
      this.#splitter.feed(text.slice(at, end));
      this.#isBetweenEvents = blankLine >= 0;
      at = end;
    }
  }

  /** No more text: an event without its blank line counts, one that was cut does not. */
  end(): void {
    this.#isEnding = true;
    this.#splitter.end();
  }

  get #isComplete(): boolean {
    return this.#answer.isOver || this.#answer.isDone;
  }

  /** A line may end in CR, LF or both; one in CR is over at once, whatever comes after it. */
  #withLineFeeds(text: string): string {
    if (!this.#endedInReturn && !text.includes('\r')) return text;
    const rest = this.#endedInReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.#endedInReturn = text.endsWith('\r');
    return rest.replace(/\r\n?/g, '\n');
  }

  /** Reads the events of the template's form that start at `start`; gives where the first other one starts. */
  #skim(template: Template, text: string, start: number): number {
    const { kind, prefix, suffix } = template;
    let at = start;
    while (!this.#isComplete) {
      const end = textEnd(template, text, at);
      if (end < 0) break;
      const delta = text.slice(at + prefix.length, end);
      at = end + suffix.length;
      if (delta) this.#answer.delta(kind, delta);
    }
    if (at > start) {
      this.#templatesLeft = TEMPLATES_MAX;
      this.#splitter.forgetComment();
    }
    return at;
  }

  #onEvent({ name, data, comment }: ServerEvent): void {
    if (this.#isComplete) return;
    const text = data.trim();
    if (isErrorName(name)) this.#answer.fail(eventError(text) ?? comment ?? `event: ${name}`);
    else if (text === '[DONE]') this.#answer.done();
    else if (text !== '') this.#onData(name, data);
    this.hasEvents ||= text !== '';
  }

  #onData(name: string | undefined, data: string): void {
    const json = parsedJson(data);
    if (json !== undefined) {
      const { deltas } = this.#answer.read(json);
      if (deltas.length === 1) this.#learn(data, deltas[0]!);
    } else if ((name ?? 'message') === 'message' && !this.#isEnding) {
      // Events with names of their own are no part of the answer; a cut one at the end is a cut stream.
      this.#answer.fail(`event is not JSON: ${data}`);
    }
  }

  #learn(data: string, delta: Delta): void {
    if (this.#templatesLeft === 0) return;
    // An event of the known form that was cut by a read teaches nothing.
    if (this.#template && textEnd(this.#template, `data: ${data}\n\n`, 0) >= 0) return;
    this.#templatesLeft--;
    const read = (json: unknown) => this.#answer.chunkOf(json);
    this.#template = learnTemplate(data, delta, read) ?? this.#template;
  }
}

function eventError(data: string): string | undefined {
  if (data === '') return undefined;
  const json = parsedJson(data);
  return json === undefined ? data : (complaintOf(json) ?? complaintOf({ error: json }));
}
