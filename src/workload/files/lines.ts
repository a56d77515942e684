import { UsageError } from '../../base/errors.ts';
import { notUtf8 } from '../../base/not-text.ts';
import { dataChunks, PIECE_BYTES_MAX, tooLong } from './data-chunks.ts';

/** A line of a data file that has something in it. */
export interface DataLine {
  /** 1-based, as editors count; empty lines count too. */
  readonly number: number;
  readonly text: string;
}

const NEWLINE = 0x0a;

/**
 * The lines of a file, read as they are asked for, without a byte order mark.
 * @throws UsageError if the file cannot be read, is no text in UTF-8, or has a line that is no line.
 */
export async function* dataLines(file: string): AsyncGenerator<DataLine> {
  let number = 0;
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const chunk of dataChunks(file)) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = lineOf(file, ++number, [...begun, chunk.subarray(start, end)]);
      begun = [];
      begunBytes = 0;
      start = end + 1;
      if (line.text.trim()) yield line;
    }
    begun.push(chunk.subarray(start));
    begunBytes += chunk.length - start;
    if (begunBytes > PIECE_BYTES_MAX) throw tooLong(file, number + 1, 'a line');
  }
  const last = lineOf(file, number + 1, begun);
  if (last.text.trim()) yield last;
}

function lineOf(file: string, number: number, pieces: readonly Buffer[]): DataLine {
  const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  const problem = notUtf8(bytes, number);
  if (problem) throw new UsageError(`${file}: ${problem}`);
  const text = bytes.toString('utf8');
  return { number, text: number === 1 ? text.replace(/^\ufeff/, '') : text };
}
