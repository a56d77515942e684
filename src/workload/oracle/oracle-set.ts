import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJson } from '../../base/json.ts';
import { jsonValues, placeOf } from '../files/json-values.ts';

/** A row of an oracle's data set, as the priority study has it; predictions are beside these fields. */
export interface OracleRow {
  readonly input: string;
  /** Length of the answer, Unicode characters. */
  readonly output_len: number;
  /** The same in tokens. */
  readonly output_tokens: number;
  /** The answer itself, where it was to be kept. */
  readonly output?: string;
  readonly [prediction: string]: unknown;
}

/**
 * The rows of an oracle's data set: a JSON list, or JSON lines.
 * @throws UsageError naming file, place and field of what is none.
 */
export async function readOracleSet(file: string): Promise<OracleRow[]> {
  const rows: OracleRow[] = [];
  for await (const value of jsonValues(file, 'rows with input and output_tokens')) {
    const text = value.bytes.toString('utf8');
    const row = parsedJson(text);
    const problem = row === undefined ? notJson(text) : problemOf(row);
    if (problem !== undefined) throw new UsageError(`${file}: ${placeOf(value)}: ${problem}`);
    rows.push(row as OracleRow);
  }
  return rows;
}

function problemOf(row: unknown): string | undefined {
  if (!isObject(row)) return `${found(row)}; expected an object with input and output_tokens`;
  const { input, output_tokens: tokens } = row;
  if (typeof input !== 'string') return `input: ${found(input)}; expected a text`;
  return isCount(tokens) ? undefined : `output_tokens: ${found(tokens)}; expected tokens >= 0`;
}

/** As Python's json.dump(…, indent=4) writes it, but for letters beyond ASCII, which stay what they are. */
export function* oracleJson(rows: Iterable<OracleRow>): Generator<string> {
  let start = '[\n';
  for (const row of rows) {
    yield start + JSON.stringify(row, undefined, 4).replace(/^/gm, '    ');
    start = ',\n';
  }
  yield '\n]\n';
}
