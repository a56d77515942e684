import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { errorText, UsageError } from '../../base/errors.ts';
import { parsedJson } from '../../base/json.ts';
import { cannotRead } from '../../base/read-text.ts';

/** One element of a data file, not yet looked at. */
export interface RawItem {
  /** 0-based, among all elements of the file. */
  readonly index: number;
  /** undefined: a line that is not JSON. */
  readonly value: unknown;
}

/**
 * The elements of a JSON array, or of JSON lines, one at a time: memory does not grow with the file.
 * @throws UsageError if the file cannot be read, is neither, or breaks off.
 */
export async function* readItems(file: string): AsyncGenerator<RawItem> {
  const first = firstCharacter(file);
  if (first === '[') yield* arrayItems(file);
  else if (first === '{') yield* lineItems(file);
  else {
    const found = first ? `it begins with ${JSON.stringify(first)}` : 'it is empty';
    throw new UsageError(
      `${file}: ${found}; expected a JSON array of conversations, or one JSON object a line`,
    );
  }
}

/** Enough for a byte order mark and the blanks that anyone would put before the data. */
const HEAD_BYTES = 4096;

function firstCharacter(file: string): string {
  try {
    if (statSync(file).isDirectory()) throw new Error('it is a folder');
    const head = Buffer.alloc(HEAD_BYTES);
    const handle = openSync(file, 'r');
    const bytes = readSync(handle, head);
    closeSync(handle);
    // trimStart also takes a byte order mark away.
    return head.toString('utf8', 0, bytes).trimStart().charAt(0);
  } catch (error) {
    throw cannotRead(file, { what: 'data file' }, error);
  }
}

const CHUNK_BYTES = 256 * 1024;

async function* arrayItems(file: string): AsyncGenerator<RawItem> {
  const { default: StreamArray } = await import('stream-json/streamers/StreamArray.js');
  const { default: streamJson } = await import('stream-json');
  const bytes = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const parser = streamJson.parser({ streamValues: false });
  const elements = new StreamArray();
  // Errors do not travel along pipes.
  for (const part of [bytes, parser]) {
    part.on('error', (error: Error) => elements.destroy(error));
  }
  bytes.pipe(parser).pipe(elements);
  let index = 0;
  try {
    for await (const { value } of elements) yield { index: index++, value };
  } catch (error) {
    throw new UsageError(
      `${file}: not JSON after ${index} elements: ${errorText(error)}; is the download complete?`,
    );
  } finally {
    // The reader may have had enough long before the end.
    bytes.destroy();
    parser.destroy();
  }
}

async function* lineItems(file: string): AsyncGenerator<RawItem> {
  const bytes = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  let index = 0;
  try {
    for await (const line of createInterface({ input: bytes, crlfDelay: Infinity })) {
      if (line.trim()) yield { index: index++, value: parsedJson(line.trim()) };
    }
  } finally {
    bytes.destroy();
  }
}
