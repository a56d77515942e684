import { createParser } from 'eventsource-parser';

export interface ServerEvent {
  /** undefined for events without a name. */
  readonly name: string | undefined;
  readonly data: string;
  /** The last comment since the previous event, if it was not empty. */
  readonly comment: string | undefined;
}

/** Cuts text into server-sent events. The text may come in any pieces; the events are the same. */
export class EventSplitter {
  readonly #onEvent: (event: ServerEvent) => void;
  readonly #parser;
  /** Text after the last line end. */
  #partialLine = '';
  #comment: string | undefined;

  constructor(onEvent: (event: ServerEvent) => void) {
    this.#onEvent = onEvent;
    this.#parser = createParser({
      onEvent: ({ event, data }) => this.#emit(event, data),
      onComment: (comment) => {
        this.#comment = comment || undefined;
      },
    });
  }

  feed(text: string): void {
    const end = endOfLines(text);
    if (end === 0) {
      this.#partialLine += text;
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
    this.#onEvent({ name, data, comment });
  }
}

/** Length of the whole lines at the start of the text. */
function endOfLines(text: string): number {
  if (text.endsWith('\n')) return text.length;
  return Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
}

/** Line ends are rare, so looking for them first is much cheaper than looking for the word. */
function namesEvents(lines: string): boolean {
  return lines.startsWith('event') || lines.includes('\nevent') || lines.includes('\revent');
}

/**
 * Dynamo reports a dead worker by `event: error` and a comment, without data, which the SSE standard says
 * to drop. An empty data line lets the event through; real data may still follow it.
 */
function withData(lines: string): string {
  return lines.replace(/(^|[\r\n])event: ?error(?=[\r\n])/g, '$&\ndata:');
}
