import { closeSync, fstatSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { errorText, UsageError } from '../base/errors.ts';
import { writeAll } from '../base/write-whole.ts';
import { type RunPart, readJournal } from './journal-reader.ts';
import { linesOf } from './lines.ts';
import type { RunFooter, RunHeader, TurnRecord } from './record.ts';

/** The append-only file of a run: one JSON line for the header, one a record, one for the footer. */
export interface Journal {
  write(record: TurnRecord): void;
  /** The clock's time 0 was later than the header says: says it there. */
  beginsAt(originEpochMs: number): void;
  /**
   * Writes what is pending, then the footer, and closes the file; nothing is left to the event loop.
   * A run that ends out of order passes no footer. Calling it again does nothing.
   * @throws Error if the file could not be written in full.
   */
  close(footer?: RunFooter): void;
  /** After closing, of a journal that could not be written in full: what it would hold. */
  readonly rescued: RunPart | undefined;
}

const GONE = 'it, or its folder, was removed';

/** A crash loses at most what was recorded within this time. */
const FLUSH_MS = 1000;
/** Flushed earlier at this size: keeps the buffer small, and one write below a millisecond. */
const FLUSH_CHARS = 1 << 18;

const TIME_FIELDS = [
  'firstAttemptMs',
  'intendedMs',
  'readyMs',
  'sentMs',
  'connectMs',
  'firstTokenMs',
  'firstOutputMs',
  'lastTokenMs',
  'endMs',
  'engineQueueMs',
  'enginePrefillMs',
  'engineGenerationMs',
  'engineMeanItlMs',
  'engineTokensPerSec',
] as const satisfies readonly (keyof TurnRecord)[];

/**
 * Opens a new journal and writes its header. `onFailure` is called at most once, from a write or a
 * timer, when the disk refuses, or the file is gone: from then on memory holds the records, and the run does
 * well to stop.
 * @throws UsageError if the file exists already or cannot be created.
 */
export function openJournal(
  path: string,
  header: RunHeader,
  clock: Clock,
  onFailure?: (error: Error) => void,
): Journal {
  return new FileJournal(path, header, clock, onFailure);
}

/** The record as it is journalled: gaps to 0.01 ms, other times to 0.001 ms. */
export function rounded(record: TurnRecord): TurnRecord {
  const copy: Record<string, unknown> = { ...record };
  for (const field of TIME_FIELDS) {
    const ms = record[field];
    if (ms !== undefined) copy[field] = Math.round(ms * 1000) / 1000;
  }
  if (record.chunkGapsMs) {
    copy['chunkGapsMs'] = record.chunkGapsMs.map((ms) => Math.round(ms * 100) / 100);
  }
  return copy as unknown as TurnRecord;
}

class FileJournal implements Journal {
  readonly #path: string;
  readonly #header: RunHeader;
  readonly #clock: Clock;
  readonly #onFailure: ((error: Error) => void) | undefined;
  #descriptor: number | undefined;
  /** What is not in the file; all there is, once it has failed. */
  #pending = '';
  #writtenBytes = 0;
  #rescued: RunPart | undefined;
  #timer: unknown;
  #failure: Error | undefined;

  constructor(
    path: string,
    header: RunHeader,
    clock: Clock,
    onFailure: ((error: Error) => void) | undefined,
  ) {
    this.#path = path;
    this.#header = header;
    this.#clock = clock;
    const head = lineOf(header);
    this.#descriptor = create(path, head);
    this.#writtenBytes = Buffer.byteLength(head);
    this.#onFailure = onFailure;
  }

  get rescued(): RunPart | undefined {
    return this.#rescued;
  }

  write(record: TurnRecord): void {
    if (this.#descriptor === undefined) return;
    this.#pending += lineOf(rounded(record));
    if (this.#failure) return;
    if (this.#pending.length >= FLUSH_CHARS) this.#flush();
    else this.#timer ??= this.#clock.setTimeout(() => this.#flush(), FLUSH_MS);
  }

  beginsAt(originEpochMs: number): void {
    if (this.#descriptor === undefined || this.#failure) return;
    try {
      // Over the first line: a time in milliseconds has as many digits as any other of these centuries.
      writeSync(this.#descriptor, lineOf({ ...this.#header, originEpochMs }), 0);
    } catch (error) {
      this.#fail(error);
    }
  }

  close(footer?: RunFooter): void {
    if (this.#descriptor === undefined) return;
    if (footer) this.#pending += lineOf(footer);
    this.#flush();
    if (!this.#failure && this.#isGone()) this.#fail(new Error(GONE));
    if (this.#failure) this.#rescued = this.#readBack();
    try {
      closeSync(this.#descriptor);
    } catch (error) {
      this.#fail(error);
    }
    this.#descriptor = undefined;
    if (this.#failure) throw this.#failure;
  }

  #flush(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#pending || this.#failure) return;
    try {
      writeAll(this.#descriptor!, this.#pending);
      this.#writtenBytes += Buffer.byteLength(this.#pending);
      this.#pending = '';
      // In simulated time a second is over at once: nobody removes anything in it.
      if (this.#clock.name === 'system' && this.#isGone()) throw new Error(GONE);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What was written to a file that was removed is still there, until it is closed. */
  #isGone(): boolean {
    return (
      statSync(this.#path, { throwIfNoEntry: false })?.ino !== fstatSync(this.#descriptor!).ino
    );
  }

  /** undefined: nor can it be read. */
  #readBack(): RunPart | undefined {
    const descriptor = this.#descriptor!;
    const pending = this.#pending.split('\n').filter(Boolean);
    const told = { path: this.#path, what: 'journal' };
    function* lines(bytes: number): Generator<Buffer> {
      yield* linesOf(descriptor, told, bytes);
      yield* pending.map((line) => Buffer.from(line));
    }
    try {
      return readJournal(this.#path, lines(this.#writtenBytes)).part;
    } catch {
      return undefined;
    }
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    const message = `cannot write the journal ${this.#path}: ${errorText(error)}`;
    this.#failure = new Error(`${message}; what it would hold is in memory alone`, {
      cause: error,
    });
    this.#onFailure?.(this.#failure);
  }
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function create(path: string, text: string): number {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx+');
  } catch (error) {
    throw new UsageError(`cannot create the journal ${path}: ${errorText(error)}`);
  }
  try {
    writeAll(descriptor, text);
  } catch (error) {
    closeSync(descriptor);
    rmSync(path, { force: true });
    throw new UsageError(`cannot write the journal ${path}: ${errorText(error)}`);
  }
  return descriptor;
}
