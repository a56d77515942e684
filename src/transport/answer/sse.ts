import { createParser } from 'eventsource-parser';

export interface ServerEvent {
  /** undefined for events without a name. */
  readonly name: string | undefined;
  readonly data: string;
  /** The last comment since the previous event, if it was not empty. */
  readonly comment: string | undefined;
}

export interface SplitterOptions {
  onEvent(event: ServerEvent): void;
  /** A line, or the data of one event, may not be longer than this. */
  readonly charsMax: number;
  onTooLong(): void;
}

/** Events that report a failure: the names that servers give them. */
export function isErrorName(name: string | undefined): boolean {
  return name !== undefined && ERROR_NAME.test(name);
}

const ERROR_NAME = /^(error|exception|fail(ed|ure)?|abort(ed)?)$/i;

/** Cuts text whose lines end in LF into server-sent events. The text may come in any pieces; the events are the same. */
export class EventSplitter {
  readonly #options: SplitterOptions;
  readonly #parser;
  /** Text after the last line end. */
  #partialLine = '';
  #comment: string | undefined;
  #isTooLong = false;

  constructor(options: SplitterOptions) {
    this.#options = options;
    this.#parser = createParser({
      maxBufferSize: options.charsMax,
      onEvent: ({ event, data }) => this.#emit(event, data),
      onComment: (comment) => {
        this.#comment = comment || undefined;
      },
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') this.#tooLong();
      },
    });
  }

  feed(text: string): void {
    if (this.#isTooLong) return;
    const end = text.lastIndexOf('\n') + 1;
    if (end === 0) {
      this.#partialLine += text;
      if (this.#partialLine.length > this.#options.charsMax) this.#tooLong();
      return;
    }
    const lines = this.#partialLine + text.slice(0, end);
    this.#partialLine = text.slice(end);
    this.#parser.feed(namesEvents(lines) ? withData(lines) : lines);
  }

  /** The text is over: what stands is an event even without its blank line. */
  end(): void {
    this.feed('\n\n');
  }

  /** An event was read by other means; comments before it belonged to it. */
  forgetComment(): void {
    this.#comment = undefined;
  }

  #emit(name: string | undefined, data: string): void {
    const comment = this.#comment;
    this.#comment = undefined;
    this.#options.onEvent({ name, data, comment });
  }

  #tooLong(): void {
    this.#isTooLong = true;
    this.#partialLine = '';
    this.#options.onTooLong();
  }
}

/** Line ends are rare, so looking for them first is much cheaper than looking for the word. */
function namesEvents(lines: string): boolean {
  return lines.startsWith('event') || lines.includes('\nevent');
}

/**
 * Dynamo reports a dead worker by `event: error` and a comment, without data, which the SSE standard says
 * to drop. An empty data line lets the event through; real data may still follow it.
 */
function withData(lines: string): string {
  return lines.replace(/(?:^|\n)event: ?(\w+)(?=\n)/g, (line, name) =>
    isErrorName(name) ? `${line}\ndata:` : line,
  );
}
