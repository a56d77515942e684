import { UsageError } from '../../base/errors.ts';
import { parsedJson } from '../../base/json.ts';
import { begins, headOf } from '../files/head.ts';
import { type JsonBytes, jsonValues } from '../files/json-values.ts';
import { parseRecorded, type Recorded, type Unusable } from './recorded.ts';

/**
 * The conversations of a file, one at a time, as their JSON: a JSON array of them, or one on each line. In
 * either form, see recorded.ts; what is none is an element as well.
 * @throws UsageError if the file cannot be read, is neither, or breaks off.
 */
export async function* conversationsIn(file: string): AsyncGenerator<JsonBytes> {
  const head = headOf(file);
  if (!/^[[{]/.test(head)) {
    throw new UsageError(
      `${file}: ${begins(head, 1)}; expected a JSON array of conversations, or one JSON object a line`,
    );
  }
  yield* jsonValues(file);
}

/** What is said in one of them, or why it cannot be used. */
export function recordedIn({ index, bytes }: JsonBytes): Recorded | Unusable {
  return parseRecorded(parsedJson(bytes), index);
}
