import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { isObject, notJson, parsedJson } from '../base/json.ts';
import { cannotRead, LARGE_BYTES, readText } from '../base/read-text.ts';
import type { ComparedRun, Side } from './compared-run.ts';
import { isPartition, readConfabRun, readPartitions } from './confab-run.ts';
import { aiperfRun, aiperfSummaryRun, isAiperfRecord, isAiperfSummary } from './files/aiperf.ts';
import { aiperfCsvRun, isAiperfCsv } from './files/aiperf-csv.ts';
import { guidellmRun, isGuidellm } from './files/guidellm.ts';
import { isVllm, vllmRun } from './files/vllm.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a file of JSON may be. */
const FORMATS: readonly {
  readonly is: (json: Json) => boolean;
  readonly read: (path: string, json: Json, number?: number) => ComparedRun;
}[] = [
  { is: isGuidellm, read: guidellmRun },
  { is: isVllm, read: vllmRun },
  { is: isAiperfSummary, read: aiperfSummaryRun },
];

/** What is accepted, for errors and help. */
export const ACCEPTED =
  "a run folder, the result of vllm bench serve (--save-detailed), AIPerf's profile_export.jsonl, its folder or its summary (JSON, CSV), or GuideLLM's report as JSON (FILE#2: its second benchmark)";

/**
 * The runs of a side. Partitions of one run are taken together.
 * @throws UsageError for what cannot be read as a run.
 */
export function readSide(name: string, paths: readonly string[]): Side {
  const runs = paths.map(readRunOf);
  if (runs.length > 1 && runs.every(isPartition)) return { name, runs: [readPartitions(paths)] };
  return { name, runs };
}

/** `FILE#2`: the second run of a file that has several. */
const NUMBERED = /^(.+)#([1-9]\d*)$/;

function readRunOf(given: string): ComparedRun {
  const [, file = given, number] = (!existsSync(given) && NUMBERED.exec(given)) || [];
  const path = file;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats)
    throw new UsageError(`${path}: there is no such file or folder; expected ${ACCEPTED}`);
  const severalRun = number === undefined || stats.isDirectory() ? undefined : severalIn(path);
  if (severalRun) return severalRun(Number(number));
  if (number !== undefined) {
    throw new UsageError(`${given}: found the number of a run of what has one; expected ${path}`);
  }
  if (!stats.isDirectory()) return readFile(path);
  const records = join(path, 'profile_export.jsonl');
  if (!existsSync(join(path, 'journal.ndjson')) && existsSync(records)) return aiperfRun(records);
  return readConfabRun(path);
}

/** How one of its runs is read, where a file may have several. */
function severalIn(path: string): ((number: number) => ComparedRun) | undefined {
  const json = parsedJson(readText(path, { what: 'result', maxBytes: LARGE_BYTES }));
  return isObject(json) && isGuidellm(json)
    ? (number) => guidellmRun(path, json as Json, number)
    : undefined;
}

function readFile(path: string): ComparedRun {
  if (path.endsWith('.jsonl') || isAiperfRecord(objectOf(firstLine(path)))) return aiperfRun(path);
  const text = readText(path, { what: 'result', maxBytes: LARGE_BYTES });
  if (isAiperfCsv(text)) return aiperfCsvRun(path, text);
  const json = parsedJson(text);
  if (json === undefined) throw new UsageError(`${path}: ${notJson(text)}`);
  const format = isObject(json) ? FORMATS.find(({ is }) => is(json)) : undefined;
  if (format) return format.read(path, json as Json);
  throw new UsageError(`${path}: found JSON of another kind; expected ${ACCEPTED}`);
}

function objectOf(text: string): Json {
  const json = parsedJson(text);
  return isObject(json) ? json : {};
}

const HEAD_BYTES = 1 << 16;

function firstLine(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw cannotRead(path, { what: 'result' }, error);
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const length = readSync(descriptor, head, 0, HEAD_BYTES, 0);
    return head.subarray(0, length).toString('utf8').split('\n')[0]!;
  } finally {
    closeSync(descriptor);
  }
}
