import {
  END_SIGN,
  isLetter,
  KINDS,
  LETTER,
  SAMPLE,
  SIGN,
  SPACE,
} from '../../workload/tokenizer/pieces.ts';
import type { Coder } from './vocabulary.ts';

/** A tokenizer as prompts need it. */
export interface TextCoder {
  encode(text: string): Int32Array;
  /** Costs so little that keeping the tokens of a message is not worth it. */
  readonly isCheap: boolean;
}

/**
 * Encodes texts piece by piece, each different piece once: 50 ns a word instead of some 10 us. The cuts
 * are before the space that begins a word, and between a word and the sign that ends it. Tokens of
 * byte-level BPE cross neither, so the ids are those of the whole text; a tokenizer that gives other
 * ids for a sample is always given whole texts.
 */
export function textCoder(tokenizer: Coder): TextCoder {
  const known = coders.get(tokenizer);
  if (known) return known;
  const coder = newCoder(tokenizer);
  coders.set(tokenizer, coder);
  return coder;
}

/** One for each tokenizer, so that the runs of a process, a search's for example, encode a piece once between them. */
const coders = new WeakMap<Coder, TextCoder>();

function newCoder(tokenizer: Coder): TextCoder {
  const whole = (text: string) => Int32Array.from(tokenizer.encode(text));
  const coder = new PieceCoder(whole);
  if (!areEqual(coder.encode(SAMPLE), whole(SAMPLE))) return { encode: whole, isCheap: false };
  return { encode: (text) => coder.encode(text), isCheap: true };
}

/** Twice the pieces of Moby Dick, and more than a vocabulary has words. */
const PIECES_MAX = 1 << 16;
/** Longer ones are hardly ever met again. */
const PIECE_CHARS_MAX = 48;

/** FNV-1a, for the hash of a piece while it is scanned. */
const FNV_BASIS = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/** Slots of the table; pieces are at most half of them. */
const SLOTS = 2 * PIECES_MAX;

/**
 * An open-addressing table of pieces and their ids. Pieces are looked up where they stand in a text,
 * without being cut out; all of them lie in one array, so that a look-up touches little memory.
 */
class PieceCoder {
  readonly #whole: (text: string) => Int32Array;
  /** Where a slot's piece ends in `#data`, characters before ids; 0: the slot is empty. */
  readonly #ends = new Int32Array(SLOTS);
  /** Characters of a slot's piece, and its ids above them. */
  readonly #sizes = new Int32Array(SLOTS);
  #data: Int32Array = new Int32Array(1 << 16);
  #used = 1;
  #count = 0;
  /** The text that is being encoded, as character codes: reading them from a string is slower. */
  #codes = codesOf(1024);
  #out: Int32Array = new Int32Array(1024);
  #length = 0;

  constructor(whole: (text: string) => Int32Array) {
    this.#whole = whole;
  }

  encode(text: string): Int32Array {
    if (text.length > this.#codes.units.length) this.#codes = codesOf(2 * text.length);
    this.#codes.bytes.write(text, 'utf16le');
    this.#length = 0;
    this.#appendPieces(this.#codes.units, text.length);
    return this.#out.slice(0, this.#length);
  }

  /** Hot: once a character. */
  #appendPieces(codes: Uint16Array, length: number): void {
    let from = 0;
    let hash = FNV_BASIS;
    let before = 0;
    for (let at = 0; at < length; at++) {
      const code = codes[at]!;
      const kind = code < 128 ? KINDS[code]! : 0;
      const isCut =
        code === SPACE
          ? (before & SIGN) !== 0 && at + 1 < length && isLetter(codes[at + 1]!)
          : (kind & END_SIGN) !== 0 && (before & LETTER) !== 0;
      if (isCut) {
        this.#appendPiece(codes, from, at, hash);
        from = at;
        hash = FNV_BASIS;
      }
      hash = Math.imul(hash ^ code, FNV_PRIME);
      before = kind;
    }
    if (from < length) this.#appendPiece(codes, from, length, hash);
  }

  #appendPiece(codes: Uint16Array, from: number, to: number, hash: number): void {
    let slot = homeOf(hash);
    for (; this.#ends[slot] !== 0; slot = (slot + 1) & (SLOTS - 1)) {
      const chars = this.#sizes[slot]! & 0xff;
      const ids = this.#sizes[slot]! >>> 8;
      const end = this.#ends[slot]!;
      if (chars !== to - from || !isAt(this.#data, end - ids - chars, codes, from, to)) continue;
      this.#append(this.#data, end - ids, end);
      return;
    }
    const piece = this.#codes.bytes.toString('utf16le', 2 * from, 2 * to);
    const ids = this.#whole(piece);
    this.#append(ids, 0, ids.length);
    if (piece.length > PIECE_CHARS_MAX) return;
    // Full, of what is hardly met again, such as numbers: the words come back at once.
    if (this.#count === PIECES_MAX) {
      this.#clear();
      slot = homeOf(hash);
    }
    this.#keep(piece, ids, slot);
  }

  #clear(): void {
    this.#ends.fill(0);
    this.#used = 1;
    this.#count = 0;
  }

  #keep(piece: string, ids: Int32Array, slot: number): void {
    this.#data = withRoom(this.#data, this.#used, piece.length + ids.length);
    for (let i = 0; i < piece.length; i++) this.#data[this.#used++] = piece.charCodeAt(i);
    for (const id of ids) this.#data[this.#used++] = id;
    this.#ends[slot] = this.#used;
    this.#sizes[slot] = piece.length | (ids.length << 8);
    this.#count++;
  }

  #append(ids: Int32Array, from: number, to: number): void {
    this.#out = withRoom(this.#out, this.#length, to - from);
    for (let i = from; i < to; i++) this.#out[this.#length++] = ids[i]!;
  }
}

/** Room for so many characters, as the bytes that a string is written to and as the codes they are. */
function codesOf(count: number) {
  const units = new Uint16Array(count);
  return { units, bytes: Buffer.from(units.buffer) };
}

function homeOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

/** The array, or one twice as long with the same beginning. */
function withRoom(array: Int32Array, used: number, more: number): Int32Array {
  if (used + more <= array.length) return array;
  const wider = new Int32Array(2 * (used + more));
  wider.set(array.subarray(0, used));
  return wider;
}

function isAt(
  data: Int32Array,
  start: number,
  codes: Uint16Array,
  from: number,
  to: number,
): boolean {
  for (let i = from; i < to; i++) {
    if (data[start + i - from] !== codes[i]) return false;
  }
  return true;
}

function areEqual(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
