import { UsageError } from '../../base/errors.ts';
import { found, isObject, notJson, parsedJson } from '../../base/json.ts';
import { LARGE_BYTES, readText } from '../../base/read-text.ts';
import { jsonValues, placeOf } from '../files/json-values.ts';
import { isParquet, parquetRows } from './parquet.ts';

/** Fields that are a query as they are, the first of them that a row has. */
const TEXT_FIELDS = ['prompt', 'input', 'question', 'query', 'text', 'instruction'];
/** Fields that are a conversation, of which the first message is the query. */
const CONVERSATION_FIELDS = ['conversation_a', 'conversation', 'conversations', 'messages'];
const SPEAKERS = ['user', 'human', undefined];

/**
 * The queries of a file, in its order: of chat-arena data (JSON or Parquet, the first message of `conversation_a`),
 * of conversations, of objects with a prompt, or texts as they are. A `.txt` file has one a line.
 * @throws UsageError naming file and place of what has no query.
 */
export async function readQueries(file: string): Promise<string[]> {
  if (isParquet(file)) return fromParquet(file);
  if (/\.txt$/i.test(file)) return fromLines(file);
  const queries: string[] = [];
  for await (const value of jsonValues(file, 'queries')) {
    const text = value.bytes.toString('utf8');
    const parsed = parsedJson(text);
    const where = `${file}: ${placeOf(value)}`;
    if (parsed === undefined) throw new UsageError(`${where}: ${notJson(text)}`);
    queries.push(queryOf(parsed, where));
  }
  return queries;
}

function fromLines(file: string): string[] {
  const text = readText(file, { what: 'queries', maxBytes: LARGE_BYTES });
  const queries = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (queries.length) return queries;
  throw new UsageError(`${file}: found no line with a query; expected one a line`);
}

async function fromParquet(file: string): Promise<string[]> {
  const rows = await parquetRows(file, [...CONVERSATION_FIELDS, ...TEXT_FIELDS]);
  return rows.map((row, index) => queryOf(row, `${file}: row ${index}`));
}

function queryOf(value: unknown, where: string): string {
  const query = typeof value === 'string' ? value : isObject(value) ? queryIn(value) : undefined;
  if (typeof query === 'string' && query !== '') return query;
  const what = query === undefined ? found(value) : found(query);
  throw new UsageError(
    `${where}: ${what}; expected a query: a text, or an object with ${[...CONVERSATION_FIELDS, ...TEXT_FIELDS].join(', ')}`,
  );
}

function queryIn(row: Readonly<Record<string, unknown>>): unknown {
  for (const name of CONVERSATION_FIELDS) {
    const first = Array.isArray(row[name]) ? firstSaid(row[name]) : undefined;
    if (first !== undefined) return first;
  }
  return TEXT_FIELDS.map((name) => row[name]).find((text) => text !== undefined);
}

/** What the user says first, in OpenAI's form or in ShareGPT's. */
function firstSaid(messages: readonly unknown[]): unknown {
  const first = messages
    .filter(isObject)
    .find(({ role, from }) => SPEAKERS.includes((role ?? from) as string | undefined));
  return first?.['content'] ?? first?.['value'];
}
