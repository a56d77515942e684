import { UsageError } from '../../base/errors.ts';
import { shown } from '../../base/json.ts';
import { PIECE_BYTES_MAX, tooLong } from './data-chunks.ts';

/** A value, and the line that its first byte is in. */
export interface Placed {
  readonly line: number;
  readonly bytes: Buffer;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** The bytes of a byte order mark, which JSON.parse refuses. */
const BYTE_ORDER_MARK = new Set([0xef, 0xbb, 0xbf]);

/** Cuts a stream of bytes at the separators between top-level values. */
export class Splitter {
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
  #pendingBytes = 0;
  /** Where the pending value, and what is before it, begins. */
  #pendingLine = 1;
  /** Where the splitter is, 1-based. */
  line = 1;
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** The array has not been closed. */
  get isOpen(): boolean {
    return this.#baseDepth === 1 && !this.#isOver;
  }

  *values(chunk: Buffer): Generator<Placed> {
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
    if (this.#isOver) this.#refuseMore(chunk.subarray(at));
    else this.#keep(chunk.subarray(start));
  }

  #keep(bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > PIECE_BYTES_MAX)
      throw tooLong(this.#file, this.#pendingLine, 'a value');
  }

  /** Whoever wrote more meant it to be read. */
  #refuseMore(bytes: Buffer): void {
    const at = bytes.findIndex(isNoBlank);
    if (at >= 0) {
      const line = this.line + newlines(bytes.subarray(0, at));
      const more = shown(bytes.toString('utf8', at, at + SHOWN_BYTES).split('\n', 1)[0]!);
      throw new UsageError(
        `${this.#file}: line ${line}: found ${more} behind the end of the JSON array; expected one array, or one JSON object a line`,
      );
    }
    this.line += newlines(bytes);
  }

  rest(): Placed | undefined {
    return this.isOpen ? undefined : this.#take(Buffer.alloc(0));
  }

  /** Where values begin in the first chunk with anything but blanks. */
  #begin(chunk: Buffer): number {
    const at = chunk.findIndex((byte) => isNoBlank(byte) && !BYTE_ORDER_MARK.has(byte));
    this.line += newlines(at < 0 ? chunk : chunk.subarray(0, at));
    this.#pendingLine = this.line;
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
      if (byte === NEWLINE) {
        // No string goes on in the next line: this one, and its line, are broken.
        if (hasLines) {
          this.#isInString = this.#isEscaped = false;
          this.#depth = this.#baseDepth;
          return at;
        }
        this.line++;
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
    if (byte === NEWLINE) {
      this.line++;
      if (this.#separator === NEWLINE) return this.#isLineEnd();
    }
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
  #take(end: Buffer): Placed | undefined {
    const bytes = Buffer.concat([...this.#pending, end]);
    const start = bytes.findIndex(isNoBlank);
    const line = this.#pendingLine + (start > 0 ? newlines(bytes.subarray(0, start)) : 0);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#pendingLine = this.line;
    return start < 0 ? undefined : { line, bytes: bytes.subarray(start) };
  }
}

const SHOWN_BYTES = 100;

function isNoBlank(byte: number): boolean {
  return byte > SPACE;
}

function newlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
