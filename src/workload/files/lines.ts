import { createReadStream } from 'node:fs';
import { cannotRead } from '../../base/read-text.ts';

/** A line of a data file that has something in it. */
export interface DataLine {
  /** 1-based, as editors count; empty lines count too. */
  readonly number: number;
  readonly text: string;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * The lines of a file, read as they are asked for.
 * @throws UsageError if the file cannot be read.
 */
export async function* dataLines(file: string): AsyncGenerator<DataLine> {
  let number = 0;
  let rest = '';
  try {
    for await (const chunk of createReadStream(file, {
      encoding: 'utf8',
      highWaterMark: CHUNK_BYTES,
    })) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const text of lines) {
        number++;
        if (text.trim()) yield { number, text };
      }
    }
  } catch (error) {
    throw cannotRead(file, { what: 'data file' }, error);
  }
  if (rest.trim()) yield { number: number + 1, text: rest };
}
