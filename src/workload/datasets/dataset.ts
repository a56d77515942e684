import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJsonExact, shown } from '../../base/json.ts';
import { elsewhere } from '../../base/known-formats.ts';
import { jsonValues, placeOf } from '../files/json-values.ts';
import { type Dropped, Tally } from '../files/tally.ts';

/** A number as it is; one beyond 2^53 as its digits. */
export type SessionId = string | number;

/** What is asked, and the recorded answer to it where there is one. */
export interface DatasetTurn {
  readonly prompt: string;
  readonly completion: string | undefined;
}

/** A session, or a prompt alone. */
export interface DatasetEntry {
  /** undefined in a plain data set, whose entries have one turn each. */
  readonly sessionId: SessionId | undefined;
  /** At least one. */
  readonly turns: readonly DatasetTurn[];
}

export interface Dataset {
  readonly isSessioned: boolean;
  /** In the order of the file; a session where its first line is. */
  readonly entries: readonly DatasetEntry[];
  /** Rows and turns in which nothing is asked. */
  readonly dropped: readonly Dropped[];
}

/**
 * A data set of prompts as AIBrix has them, JSON lines or a JSON list. Plain: `{prompt, completion?}`. Of sessions:
 * `{session_id, prompts, completions?}`, where each prompt is what is new in its turn; lines of one id are one session,
 * one behind the other. Completions may be null, and fewer than prompts. Other fields are ignored.
 * @throws UsageError naming file, line, field, what was found and what was expected.
 */
export async function readDataset(file: string): Promise<Dataset> {
  const sessions = new Map<string, DatasetTurn[]>();
  const entries: DatasetEntry[] = [];
  const tally = new Tally();
  let isSessioned: boolean | undefined;
  for await (const value of jsonValues(file, 'prompts')) {
    const row = parseRow(value.bytes.toString('utf8'));
    const problem = typeof row === 'string' ? row : otherKind(row, isSessioned);
    if (typeof row === 'string' || problem) {
      throw new UsageError(`${file}: ${placeOf(value)}: ${problem}`);
    }
    const { sessionId } = row;
    const turns = row.turns.filter(({ prompt }) => prompt);
    for (const { prompt } of row.turns) if (!prompt) tally.add('empty prompt', placeOf(value));
    isSessioned ??= sessionId !== undefined;
    const key = sessionId === undefined ? undefined : `${typeof sessionId} ${sessionId}`;
    const begun = key === undefined ? undefined : sessions.get(key);
    if (begun) for (const turn of turns) begun.push(turn);
    else if (!row.turns.length) tally.add('no prompt', placeOf(value));
    else if (turns.length) {
      const own = [...turns];
      entries.push({ sessionId, turns: own });
      if (key !== undefined) sessions.set(key, own);
    }
  }
  return { isSessioned: isSessioned === true, entries, dropped: tally.dropped };
}

/** The entry of a row, perhaps without turns; or what is wrong with it. */
function parseRow(json: string): DatasetEntry | string {
  const row = parsedJsonExact(json);
  if (row === undefined) return notJson(json);
  if (!isObject(row)) return `found ${shown(json)}; expected an object`;
  if ('session_id' in row || Array.isArray(row['prompts'])) return parseSession(row);
  if (!('prompt' in row)) {
    const other = elsewhere(row, 'prompts');
    const hint = other ? `; ${other}` : ', or session_id and prompts';
    return `prompt: missing; expected a text${hint}`;
  }
  const { prompt, completion } = row;
  if (!isTextOrNull(prompt)) return `prompt: ${found(prompt)}; expected a text or null`;
  if (!isTextOrNull(completion)) return `completion: ${found(completion)}; expected a text or null`;
  const turns = prompt == null ? [] : [{ prompt, completion: completion ?? undefined }];
  return { sessionId: undefined, turns };
}

function parseSession(row: Readonly<Record<string, unknown>>): DatasetEntry | string {
  const { session_id: sessionId } = row;
  const prompts = row['prompts'] ?? [];
  const answers = row['completions'] ?? [];
  if (!isId(sessionId)) return `session_id: ${found(sessionId)}; expected a text or whole number`;
  if (!Array.isArray(prompts)) return `prompts: ${found(prompts)}; expected a list of texts`;
  const wrong = prompts.findIndex((one) => typeof one !== 'string');
  if (wrong >= 0) return `prompts[${wrong}]: ${found(prompts[wrong])}; expected a text`;
  if (!Array.isArray(answers)) return `completions: ${found(answers)}; expected a list of texts`;
  const mute = answers.findIndex((one) => !isTextOrNull(one));
  if (mute >= 0) return `completions[${mute}]: ${found(answers[mute])}; expected a text or null`;
  if (answers.length > prompts.length) {
    return `completions: found ${answers.length} of ${prompts.length} prompts; expected at most one each`;
  }
  const turns = prompts.map((prompt, i) => ({ prompt, completion: answers[i] ?? undefined }));
  return { sessionId, turns };
}

function otherKind({ sessionId }: DatasetEntry, isSessioned?: boolean): string | undefined {
  if (isSessioned === undefined || isSessioned === (sessionId !== undefined)) return undefined;
  return isSessioned
    ? 'found a prompt without session_id; expected session_id and prompts, as in the first row'
    : `session_id: ${found(sessionId)}; expected a prompt alone, as in the first row`;
}

function isTextOrNull(value: unknown): value is string | null | undefined {
  return value == null || typeof value === 'string';
}

function isId(value: unknown): value is SessionId {
  return (typeof value === 'string' && value !== '') || isCount(value);
}
