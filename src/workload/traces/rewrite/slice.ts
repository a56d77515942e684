import { basename, join } from 'node:path';
import { UsageError } from '../../../base/errors.ts';
import { isObject, parsedJsonExact } from '../../../base/json.ts';
import { jsonValues } from '../../files/json-values.ts';
import { dataLines } from '../../files/lines.ts';
import { rawLine } from '../../files/raw-json.ts';
import { refuseInput, writeWhole } from '../../files/whole-file.ts';
import type { Piece, TraceEntry } from '../format.ts';
import { rawValues } from '../records.ts';
import { traceFiles } from '../trace-files.ts';
import { type OpenedTrace, openTraceFile, type Reading } from './open-trace.ts';
import { isFolder } from './save.ts';
import { type Partly, Selection, type Sliced, type Wanted } from './selection.ts';
import { surveyOf } from './survey.ts';

export interface SliceOptions extends Wanted {
  readonly input: string;
  readonly output: string;
  readonly reading: Reading;
  /** What becomes of a session that is not all in the window. */
  readonly partly: Partly;
}

/**
 * Writes some requests of a trace, each as it is, every field with it.
 * @throws UsageError if nothing is left, or the format's files cannot be cut.
 */
export async function sliceTrace(options: SliceOptions): Promise<Sliced & { format: string }> {
  const { input, output } = options;
  refuseInput(output, input);
  const opened = await openTraceFile(input, options.reading);
  const { format, facts } = opened;
  if (format.piece === undefined) {
    throw new UsageError(
      `${input}: found ${format.name}, whose requests are drawn and in no file; expected a trace of them, as confab trace convert writes one`,
    );
  }
  if (format.piece !== 'session' && isFolder(output)) {
    throw new UsageError(
      `${output}: found a folder; expected a file, as ${format.name} has no file for each session`,
    );
  }
  const isTimed = options.fromMs !== undefined || options.toMs !== undefined;
  if (isTimed && facts.timeOrigin === 'session') {
    throw new UsageError(
      `${input}: its times count from where each session began, and when that was is not in it; expected --sessions or --first-sessions`,
    );
  }
  const selection = new Selection(input, await surveyOf(opened), options, options.partly);
  if (format.piece === 'session') await writeSessions(opened, output, selection);
  else await writeWhole(output, keptLines(opened, selection));
  return { format: format.name, ...selection.close() };
}

/** The lines of the requests that are kept, behind the header if there is one. */
async function* keptLines(opened: OpenedTrace, selection: Selection): AsyncGenerator<string> {
  const { file, format, options } = opened;
  const pieces = piecesOf(opened);
  const written = new Set<string>();
  if (format.piece === 'csv') {
    const header = await pieces.next();
    if (!header.done) yield `${header.value.text}\n`;
  }
  for await (const entry of format.read(file, options)) {
    const piece = await pieces.next();
    if (piece.done) throw notByPieces(opened);
    if (!selection.keeps(entry)) continue;
    const { text, before = [] } = piece.value;
    for (const { name, text: needed } of before) {
      if (!written.has(name)) yield `${needed}\n`;
      written.add(name);
    }
    if (text !== '') yield `${text}\n`;
  }
  if (!(await pieces.next()).done) throw notByPieces(opened);
}

/** One for each request, as they are read; before them the header of a CSV. */
async function* piecesOf({ file, format }: OpenedTrace): AsyncGenerator<Piece> {
  const { piece } = format;
  if (typeof piece === 'function') yield* piece(file);
  else if (piece === 'csv') yield* dataLines(file);
  else for await (const text of rawValues(file)) yield { text };
}

function notByPieces({ file }: OpenedTrace): UsageError {
  return new UsageError(`${file}: found other lines than one for each request; it cannot be cut`);
}

/** The sessions that are kept: a file each as it is called, or a line each. */
async function writeSessions(
  opened: OpenedTrace,
  output: string,
  selection: Selection,
): Promise<void> {
  const kept = new Set<string>();
  const entries: TraceEntry[] = [];
  for await (const entry of opened.format.read(opened.file, opened.options)) {
    if (!selection.keeps(entry)) continue;
    entries.push(entry);
    if (entry.session !== undefined) kept.add(entry.session);
  }
  if (!entries.length) return;
  if (!isFolder(output)) {
    await writeWhole(output, keptSessions(traceFiles(opened.file), kept));
    return;
  }
  for (const file of traceFiles(opened.file)) {
    const values: string[] = [];
    for await (const value of keptSessions([file], kept)) values.push(value);
    if (values.length) await writeWhole(join(output, basename(file)), values);
  }
}

async function* keptSessions(
  files: readonly string[],
  kept: ReadonlySet<string>,
): AsyncGenerator<string> {
  for (const file of files) {
    for await (const { bytes } of jsonValues(file, 'sessions')) {
      const text = bytes.toString('utf8');
      const value = parsedJsonExact(text);
      if (isObject(value) && kept.has(String(value['id']))) yield `${rawLine(text)}\n`;
    }
  }
}
