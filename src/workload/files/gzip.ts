import { closeSync, openSync, type ReadStream, readSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { constants, createGunzip, type Gunzip, gunzipSync } from 'node:zlib';

const MAGIC = [0x1f, 0x8b];

/** Whether a file was compressed by gzip, by its first bytes. */
export function isGzip(file: string): boolean {
  const handle = openSync(file, 'r');
  try {
    const head = Buffer.alloc(MAGIC.length);
    readSync(handle, head);
    return head.equals(Buffer.from(MAGIC));
  } finally {
    closeSync(handle);
  }
}

/** What was compressed. Whoever stops reading it closes the file as well. */
export function unzipped(bytes: ReadStream, chunkSize: number): Gunzip {
  const unzip = createGunzip({ chunkSize });
  // An error of either comes out where the other end is read.
  pipeline(bytes, unzip, () => {});
  return unzip;
}

/** Of the beginning of a compressed file what comes out, as far as that is whole. */
export function unzippedHead(head: Buffer): Buffer {
  return gunzipSync(head.subarray(0, COMPRESSED_MAX), { finishFlush: constants.Z_SYNC_FLUSH });
}

/** Zeros shrink to a thousandth: no head is to take more than 16 MB. */
const COMPRESSED_MAX = 16 * 1024;

const BROKEN: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: 'it is compressed by gzip and breaks off; is the download complete?',
  Z_DATA_ERROR: 'it is compressed by gzip and damaged; is the download complete?',
};

/** The same error in words, where it says that what gzip wrote cannot be read. */
export function brokenGzip(error: unknown): unknown {
  const says = error instanceof Error && 'code' in error && BROKEN[String(error.code)];
  return says ? new Error(says) : error;
}
