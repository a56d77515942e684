import { parsedJson } from '../../base/json.ts';
import type { DeltaKind } from '../transport.ts';
import type { Delta } from './answer-text.ts';
import { type Chunk, readChunk } from './openai.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * The fixed text around the one thing that changes from event to event of a stream, so that most events
 * are read by comparing strings instead of parsing JSON (0.3 us instead of 2 us).
 *
 * Why it is exact: `learnTemplate` proves, by parsing the same event with another text in the hole and
 * with none, that the hole is the body of the JSON string that `read` reports as the event's only delta
 * and that nothing else is reported. A text without quotes, backslashes and control characters is such a body for
 * itself, so an event that equals the template around one has the same structure and that text as delta.
 */
export interface Template {
  readonly kind: DeltaKind;
  /** From `data: ` to the quote that opens the text. */
  readonly prefix: string;
  /** From the quote that closes it to the blank line. */
  readonly suffix: string;
}

/** The template of an event with this data and this only delta, as `read` reads it; undefined if it has none. */
export function learnTemplate(
  data: string,
  delta: Delta,
  read: (json: unknown) => Chunk = readChunk,
): Template | undefined {
  const { kind, text } = delta;
  const open = data.indexOf(`"${text}"`) + 1;
  if (open === 0 || closingQuote(data, open) !== open + text.length || /[\r\n]/.test(data)) {
    return undefined;
  }
  const head = data.slice(0, open);
  const tail = data.slice(open + text.length);
  const other = `${text}x`;
  const probe = read(parsedJson(head + other + tail));
  const [only, ...more] = probe.deltas;
  const isHole = only?.kind === kind && only.text === other && more.length === 0;
  if (!isHole || saysMore(probe)) return undefined;
  // Without a text another field may have its say.
  if (read(parsedJson(head + tail)).deltas.length > 0) return undefined;
  return { kind, prefix: `data: ${head}`, suffix: `${tail}\n\n` };
}

function saysMore({ isFinal, finishReason, usage, error }: Chunk): boolean {
  return isFinal || finishReason !== undefined || usage !== undefined || error !== undefined;
}

/** Where the text ends in the event that starts at `start`; -1 if the event is not of this template. */
export function textEnd({ prefix, suffix }: Template, events: string, start: number): number {
  // Comparing slices is 4 times faster than startsWith in V8.
  const textStart = start + prefix.length;
  if (events.slice(start, textStart) !== prefix) return -1;
  const quote = closingQuote(events, textStart);
  return quote >= 0 && events.slice(quote, quote + suffix.length) === suffix ? quote : -1;
}

/** Index of the next quote, if every character before it stands for itself in a JSON string; else -1. */
function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH || code < SPACE) return -1;
  }
  return -1;
}
