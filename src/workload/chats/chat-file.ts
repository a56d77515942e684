import { UsageError } from '../../base/errors.ts';
import { isObject, notJson, parsedJson, parsedJsonExact } from '../../base/json.ts';
import { elsewhere } from '../../base/known-formats.ts';
import { begins, headOf } from '../files/head.ts';
import { type JsonBytes, jsonValues } from '../files/json-values.ts';
import { parseRecorded, type Recorded, type Unusable } from './recorded.ts';
import { conversationsOfTree, isTree } from './trees.ts';

/**
 * The conversations of a file, one at a time, as their JSON: a JSON array of them, or one on each line. In
 * either form, see recorded.ts; of a tree all its branches; what is none is an element as well.
 * @throws UsageError if the file cannot be read, is neither, breaks off, or begins with something that another
 * reader is for.
 */
export async function* conversationsIn(file: string): AsyncGenerator<JsonBytes> {
  const head = headOf(file);
  if (!/^[[{]/.test(head)) {
    throw new UsageError(
      `${file}: ${begins(head, SHOWN_CHARACTERS)}; expected a JSON array of conversations, or one JSON object a line`,
    );
  }
  let hasTrees = false;
  let index = 0;
  for await (const value of jsonValues(file)) {
    if (value.index === 0) {
      refuseOther(file, value);
      hasTrees = isTree(parsedJson(value.bytes));
    }
    if (!hasTrees) yield value;
    else
      for (const bytes of branches(value.bytes)) yield { index: index++, line: value.line, bytes };
  }
}

/** The conversations of a tree, each as it would be in a file of its own; what is no tree as it is. */
function branches(bytes: Buffer): Buffer[] {
  const tree = parsedJson(bytes);
  if (!isTree(tree)) return [bytes];
  return conversationsOfTree(tree).map((one) => Buffer.from(JSON.stringify(one)));
}

const SHOWN_CHARACTERS = 60;

function refuseOther(file: string, { line, bytes }: JsonBytes): void {
  const other = elsewhere(parsedJson(bytes), 'conversations');
  if (!other) return;
  throw new UsageError(`${file}: line ${line}: found no conversation; ${other}`);
}

/** What is said in one of them, or why it cannot be used. */
export function recordedIn({
  index,
  bytes,
}: Pick<JsonBytes, 'index' | 'bytes'>): Recorded | Unusable {
  const value = parsedJson(bytes);
  const recorded = parseRecorded(value, index);
  if (value === undefined) return { ...recorded, ...{ detail: notJson(bytes.toString('utf8')) } };
  return isObject(value) && isTooLarge(value['id'])
    ? { ...recorded, id: String((parsedJsonExact(bytes.toString('utf8')) as { id: unknown }).id) }
    : recorded;
}

/** Ids of 64 bits are not to become each other. */
function isTooLarge(id: unknown): boolean {
  return typeof id === 'number' && Number.isInteger(id) && !Number.isSafeInteger(id);
}
