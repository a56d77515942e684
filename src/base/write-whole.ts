import { randomUUID } from 'node:crypto';
import {
  closeSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';

/**
 * Writes a file, piece by piece, which appears whole or not at all: on a full disk what was there before stays.
 * What is no plain file (a pipe, /dev/stdout) is written as it is.
 * @throws Error of the system, or of whoever makes the pieces.
 */
export function writeWhole(path: string, pieces: Iterable<string | Buffer>): void {
  writeWholeBy(path, (file, mode) => writePieces(file, pieces, mode));
}

/** The same where something else does the writing, into the file that it is told. */
export function writeWholeBy(path: string, write: (file: string, mode?: number) => void): void {
  const old = statSync(path, { throwIfNoEntry: false });
  if (old && !old.isFile()) {
    write(path);
    return;
  }
  // A link stays one.
  const target = old ? realpathSync(path) : path;
  const temporary = `${target}.${randomUUID()}`;
  try {
    write(temporary, old?.mode);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    // Nobody knows the name that it had meanwhile.
    if (error instanceof Error) error.message = error.message.replaceAll(temporary, path);
    throw error;
  }
}

function writePieces(path: string, pieces: Iterable<string | Buffer>, mode?: number): void {
  const descriptor = openSync(path, 'w', mode);
  try {
    for (const piece of pieces) writeAll(descriptor, piece);
  } finally {
    closeSync(descriptor);
  }
}

/** A write to a nearly full disk can be a partial one; the next then fails. */
export function writeAll(descriptor: number, piece: string | Buffer): void {
  const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written);
  }
}
