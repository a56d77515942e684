import { createReadStream } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import { cannotRead } from '../../base/read-text.ts';

/** One value of a data file as its JSON bytes, not yet parsed. */
export interface JsonBytes {
  /** 0-based, among all values of the file. */
  readonly index: number;
  readonly bytes: Buffer;
}

/**
 * The elements of a JSON array, or else the values of JSON lines, as bytes: outside of the heap, one
 * byte a character for most texts, and found without parsing (no byte within a UTF-8 character looks
 * like a bracket, a quote or a comma). A line that is broken costs no other line. A file that is one
 * object is one value, however it is laid out.
 * @param what the values are, for errors
 * @throws UsageError if the file cannot be read, is empty, or is an array that breaks off.
 */
export async function* jsonValues(file: string, what = 'conversations'): AsyncGenerator<JsonBytes> {
  const splitter = new Splitter();
  let index = 0;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
      for (const bytes of splitter.values(chunk as Buffer)) yield { index: index++, bytes };
    }
  } catch (error) {
    throw cannotRead(file, { what: 'data file' }, error);
  }
  const last = splitter.rest();
  if (last) yield { index: index++, bytes: last };
  if (splitter.isOpen) {
    throw new UsageError(
      `${file}: the JSON array breaks off after ${index} values; is the download complete?`,
    );
  }
  if (!index) throw new UsageError(`${file}: found no JSON value; expected ${what}`);
}

const CHUNK_BYTES = 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** The bytes of a byte order mark, which JSON.parse refuses. */
const BYTE_ORDER_MARK = new Set([0xef, 0xbb, 0xbf]);

/** Cuts a stream of bytes at the separators between top-level values. */
class Splitter {
  /** What separates values, and how deep in brackets: unknown until the first byte that says something. */
  #separator: number | undefined;
  #baseDepth = 0;
  /** Whether a value ends with its line, however broken it is: known at the end of the first line. */
  #isLines: boolean | undefined;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isOver = false;
  #pending: Buffer[] = [];

  /** The array has not been closed. */
  get isOpen(): boolean {
    return this.#baseDepth === 1 && !this.#isOver;
  }

  *values(chunk: Buffer): Generator<Buffer> {
    let start = this.#separator === undefined ? this.#begin(chunk) : 0;
    let at = start;
    while (at < chunk.length && !this.#isOver) {
      if (this.#isInString) at = this.#stringEnd(chunk, at);
      else if (!this.#isSeparator(chunk[at++]!)) continue;
      else {
        const value = this.#take(chunk.subarray(start, at - 1));
        start = at;
        if (value) yield value;
      }
    }
    if (!this.#isOver) this.#pending.push(chunk.subarray(start));
  }

  rest(): Buffer | undefined {
    return this.isOpen ? undefined : this.#take(Buffer.alloc(0));
  }

  /** Where values begin in the first chunk with anything but blanks. */
  #begin(chunk: Buffer): number {
    const at = chunk.findIndex((byte) => byte > SPACE && !BYTE_ORDER_MARK.has(byte));
    if (at < 0) return chunk.length;
    const isList = chunk[at] === OPEN_LIST;
    this.#separator = isList ? COMMA : NEWLINE;
    this.#baseDepth = this.#depth = isList ? 1 : 0;
    return isList ? at + 1 : at;
  }

  /** Where the chunk goes on after the string: most of a file is in strings, so this loop is a short one. */
  #stringEnd(chunk: Buffer, from: number): number {
    let isEscaped = this.#isEscaped;
    const hasLines = this.#separator === NEWLINE && this.#isLines !== false;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === NEWLINE && hasLines) {
        // No string goes on in the next line: this one, and its line, are broken.
        this.#isInString = this.#isEscaped = false;
        this.#depth = this.#baseDepth;
        return at;
      }
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) {
        this.#isInString = this.#isEscaped = false;
        return at + 1;
      }
    }
    this.#isEscaped = isEscaped;
    return chunk.length;
  }

  #isSeparator(byte: number): boolean {
    if (byte === NEWLINE && this.#separator === NEWLINE) return this.#isLineEnd();
    if (byte === QUOTE) this.#isInString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      this.#isOver = --this.#depth < this.#baseDepth && this.#separator === COMMA;
      return this.#isOver;
    }
    return byte === this.#separator && this.#depth === this.#baseDepth;
  }

  /** Whether a value ends here: every one does in JSON lines, else one whose brackets are closed. */
  #isLineEnd(): boolean {
    this.#isLines ??= this.#depth <= this.#baseDepth;
    if (!this.#isLines && this.#depth > this.#baseDepth) return false;
    this.#depth = this.#baseDepth;
    return true;
  }

  /** A copy, so that the chunk can be let go. */
  #take(end: Buffer): Buffer | undefined {
    const value = Buffer.concat([...this.#pending, end]);
    this.#pending = [];
    return value.some((byte) => byte > SPACE) ? value : undefined;
  }
}
