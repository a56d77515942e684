import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';

const CHECKSUM_BYTES = 32;

/** What was kept under `key`; undefined if nothing was, or if the file is damaged or cut short. */
export function readCache(dir: string, key: string): Buffer | undefined {
  let file: Buffer;
  try {
    file = readFileSync(join(dir, key));
  } catch {
    return undefined;
  }
  const data = file.subarray(CHECKSUM_BYTES);
  return checksum(data).equals(file.subarray(0, CHECKSUM_BYTES)) ? data : undefined;
}

/**
 * Keeps `data` under `key`: whole or not at all, whoever else is writing or reading. A folder that
 * cannot be written costs the next start its time and is no reason to stop this one.
 */
export function writeCache(dir: string, key: string, data: Buffer): void {
  const temporary = join(dir, `${key}.${randomUUID()}`);
  try {
    makeFolder(dir);
    writeFileSync(temporary, Buffer.concat([checksum(data), data]));
    renameSync(temporary, join(dir, key));
  } catch {
    discard(temporary);
  }
}

/** The same of a value of JSON. One that is longer than a string can be is not kept, and is made again. */
export function writeJsonCache(dir: string, key: string, value: unknown): void {
  let json: string;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return;
    throw error;
  }
  writeCache(dir, key, Buffer.from(json));
}

function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Where there is no folder, there is no file in it either.
  }
}

function checksum(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
