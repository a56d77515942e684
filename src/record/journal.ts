import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { errorText, UsageError } from '../base/errors.ts';
import type { RunFooter, RunHeader, TurnRecord } from './record.ts';

/** The append-only file of a run: one JSON line for the header, one a record, one for the footer. */
export interface Journal {
  write(record: TurnRecord): void;
  /**
   * Writes what is pending, then the footer, and closes the file; nothing is left to the event loop.
   * A run that ends out of order passes no footer. Calling it again does nothing.
   * @throws Error if the file could not be written in full.
   */
  close(footer?: RunFooter): void;
}

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
 * timer, when the disk refuses: later records are dropped, and the run does well to stop.
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
  readonly #clock: Clock;
  readonly #onFailure: ((error: Error) => void) | undefined;
  #descriptor: number | undefined;
  #pending = '';
  #timer: unknown;
  #failure: Error | undefined;

  constructor(
    path: string,
    header: RunHeader,
    clock: Clock,
    onFailure: ((error: Error) => void) | undefined,
  ) {
    this.#path = path;
    this.#clock = clock;
    this.#descriptor = create(path, `${JSON.stringify(header)}\n`);
    this.#onFailure = onFailure;
  }

  write(record: TurnRecord): void {
    if (this.#failure || this.#descriptor === undefined) return;
    this.#pending += `${JSON.stringify(rounded(record))}\n`;
    if (this.#pending.length >= FLUSH_CHARS) this.#flush();
    else this.#timer ??= this.#clock.setTimeout(() => this.#flush(), FLUSH_MS);
  }

  close(footer?: RunFooter): void {
    if (this.#descriptor === undefined) return;
    if (footer) this.#pending += `${JSON.stringify(footer)}\n`;
    this.#flush();
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
    const text = this.#pending;
    this.#pending = '';
    if (!text || this.#failure) return;
    try {
      writeAll(this.#descriptor!, text);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    const message = `cannot write the journal ${this.#path}: ${errorText(error)}`;
    this.#failure = new Error(`${message}; records from here on are lost`, { cause: error });
    this.#onFailure?.(this.#failure);
  }
}

function create(path: string, text: string): number {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx');
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

/** A write to a nearly full disk can be a partial one; the next then fails. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written);
  }
}
