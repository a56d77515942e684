import { statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { refuseInput, writeWhole } from '../../files/whole-file.ts';
import type { Piece } from './writer.ts';

/**
 * JSON lines; or, where the output is a folder or ends like one, a file for each piece.
 * @throws UsageError if it cannot be written, or is the input.
 */
export async function savePieces(
  input: string,
  output: string,
  pieces: AsyncIterable<Piece>,
): Promise<void> {
  refuseInput(output, input);
  if (!isFolder(output)) {
    await writeWhole(output, linesOf(pieces));
    return;
  }
  for await (const { name, line } of pieces) {
    await writeWhole(join(output, `${fileName(name)}.json`), [`${line}\n`]);
  }
}

export function isFolder(path: string): boolean {
  if (path.endsWith('/') || path.endsWith(sep)) return true;
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function* linesOf(pieces: AsyncIterable<Piece>): AsyncGenerator<string> {
  for await (const { line } of pieces) yield `${line}\n`;
}

/** What a file may be called on any system. */
function fileName(name: string): string {
  return name.replace(/[^\w.-]/g, '_').replace(/^\.+/, '_');
}
