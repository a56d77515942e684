import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJsonOrNaN, shown } from '../../base/json.ts';
import { jsonValues, placeOf } from '../files/json-values.ts';
import type { WorkloadEntry, WorkloadRequest } from './entry.ts';

/**
 * The entries of a workload, JSON lines or one array, in the order of the file, as they are written today:
 * keys of older files (`Prompt Length`) under their new names, lengths whole or null where Python wrote
 * `21.0` or `NaN`. Fields that are not known stay.
 * @throws UsageError naming file, line, field, what was found and what was expected.
 */
export async function* readWorkload(file: string): AsyncGenerator<WorkloadEntry> {
  for await (const value of jsonValues(file, 'entries of a workload')) {
    const entry = parseEntry(value.bytes.toString('utf8'));
    if (typeof entry === 'string') throw new UsageError(`${file}: ${placeOf(value)}: ${entry}`);
    yield entry;
  }
}

/** The entry, or what is wrong with it. */
function parseEntry(json: string): WorkloadEntry | string {
  const value = parsedJsonOrNaN(json);
  if (value === undefined) return notJson(json);
  if (!isObject(value)) return `found ${shown(json)}; expected an object`;
  const timestamp = wholeOf(value['timestamp']);
  if (timestamp === undefined) {
    return `timestamp: ${found(value['timestamp'])}; expected whole milliseconds`;
  }
  const { requests: given, events } = value;
  if (!Array.isArray(given)) return `requests: ${found(given)}; expected a list`;
  if (events !== undefined && !Array.isArray(events)) {
    return `events: ${found(events)}; expected a list`;
  }
  const requests: WorkloadRequest[] = [];
  for (const [i, one] of given.entries()) {
    const request = parseRequest(one);
    if (typeof request === 'string') return `requests[${i}]${request}`;
    requests.push(request);
  }
  return { ...value, timestamp, requests };
}

function parseRequest(value: unknown): WorkloadRequest | string {
  if (!isObject(value)) return `: ${found(value)}; expected an object`;
  const {
    prompt,
    'Prompt Length': legacyInput,
    'Output Length': legacyOutput,
    prompt_length: input = legacyInput,
    output_length: output = legacyOutput,
    ...rest
  } = value;
  if (typeof prompt !== 'string') return `.prompt: ${found(prompt)}; expected a text`;
  const inputTokens = wholeOf(input);
  if (inputTokens === undefined) return `.prompt_length: ${found(input)}; expected tokens`;
  const outputTokens = output == null ? null : wholeOf(output);
  if (outputTokens === undefined)
    return `.output_length: ${found(output)}; expected tokens or null`;
  const { session_id: session } = rest;
  if (session !== undefined && typeof session !== 'string' && !isCount(session)) {
    return `.session_id: ${found(session)}; expected a text or whole number`;
  }
  return { prompt, prompt_length: inputTokens, output_length: outputTokens, ...rest };
}

/** Also of a number that is written as `21.0`; what is no whole number is undefined. */
function wholeOf(value: unknown): number | undefined {
  return isCount(value) ? value : undefined;
}
