import { closeSync, openSync, readSync, statSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { errorText, UsageError } from '../../base/errors.ts';

const MAGIC = 'PAR1';

type Decompress = (bytes: Uint8Array) => Uint8Array;

/** Those of Node itself, beside snappy, which the reader has. */
const COMPRESSORS: Readonly<Record<string, Decompress>> = {
  GZIP: (bytes) => zlib.gunzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
  ...('zstdDecompressSync' in zlib && { ZSTD: zlib.zstdDecompressSync as Decompress }),
};

/** By its first bytes, whatever it is called. */
export function isParquet(file: string): boolean {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  const handle = openSync(file, 'r');
  const bytes = Buffer.alloc(MAGIC.length);
  readSync(handle, bytes);
  closeSync(handle);
  return bytes.toString('latin1') === MAGIC;
}

/**
 * All rows of a Parquet file, of those columns among `wanted` that it has; nested ones are lists and objects.
 * @throws UsageError for a file that breaks off or is compressed in a way that this Node does not know (zstd before
 * 22.15, lz4), and for one that has none of the columns.
 */
export async function parquetRows(
  file: string,
  wanted: readonly string[],
): Promise<Record<string, unknown>[]> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } =
    await import('hyparquet');
  try {
    const buffer = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(buffer);
    const has = parquetSchema(metadata).children.map(({ element }) => element.name);
    const columns = wanted.filter((name) => has.includes(name));
    if (!columns.length) {
      throw new UsageError(
        `${file}: found the columns ${has.join(', ')}; expected one of ${wanted.join(', ')}`,
      );
    }
    return await parquetReadObjects({ file: buffer, metadata, columns, compressors: COMPRESSORS });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const text = errorText(error);
    const [, codec] = /unsupported compression codec: (\w+)/.exec(text) ?? [];
    throw new UsageError(
      codec === undefined
        ? `${file}: cannot read this Parquet file: ${text}`
        : `${file}: found compression ${codec}; expected SNAPPY, ${Object.keys(COMPRESSORS).join(', ')} or none`,
    );
  }
}
