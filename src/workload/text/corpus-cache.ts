import { endianness } from 'node:os';
import { fileURLToPath } from 'node:url';
import { digestOf } from '../files/digest.ts';
import { readCache, writeCache } from '../files/disk-cache.ts';
import type { CorpusTable, CutCheck } from './corpus-table.ts';

/** Filled by `npm run build` with the table of the default text, so that the first start is quick too. */
export const BUILT_IN_DIR = fileURLToPath(new URL('./prepared/', import.meta.url));

export interface CheckedTable {
  readonly table: CorpusTable;
  readonly check: CutCheck;
}

/** Changes with the layout below, and with what buildTable means. */
const FORMAT = 1;

/** The kept table of this text under this tokenizer, if there is a sound one in any of the folders. */
export function readTable(dirs: readonly string[], key: string): CheckedTable | undefined {
  for (const dir of dirs) {
    const data = readCache(dir, key);
    if (data) return unpack(data);
  }
  return undefined;
}

export function writeTable(dir: string, key: string, checked: CheckedTable): void {
  writeCache(dir, key, pack(checked));
}

export function tableKey(textDigest: string, tokenizerDigest: string): string {
  return `corpus-${digestOf(FORMAT, endianness(), textDigest, tokenizerDigest)}`;
}

// Layout: header length (u32), header (JSON), starts (u32 each), tokensBefore (u32 each).
const WORD_BYTES = 4;

function pack({ table, check }: CheckedTable): Buffer {
  const { starts, tokensBefore, leadWords } = table;
  const header = Buffer.from(JSON.stringify({ cuts: starts.length, leadWords, check }));
  const headerBytes = Uint32Array.of(header.length);
  return Buffer.concat([bytesOf(headerBytes), header, bytesOf(starts), bytesOf(tokensBefore)]);
}

function unpack(data: Buffer): CheckedTable {
  const arraysAt = WORD_BYTES + wordsAt(data, 0, 1)[0]!;
  const header = JSON.parse(data.toString('utf8', WORD_BYTES, arraysAt));
  const { cuts, leadWords, check } = header as Pick<CorpusTable, 'leadWords'> & {
    cuts: number;
    check: CutCheck;
  };
  const starts = wordsAt(data, arraysAt, cuts);
  const tokensBefore = wordsAt(data, arraysAt + cuts * WORD_BYTES, cuts);
  return { table: { starts, tokensBefore, leadWords }, check };
}

function bytesOf(words: Uint32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}

/** A copy, because the words may begin at any byte of the file. */
function wordsAt(data: Buffer, offset: number, count: number): Uint32Array {
  const words = new Uint32Array(count);
  bytesOf(words).set(data.subarray(offset, offset + count * WORD_BYTES));
  return words;
}
