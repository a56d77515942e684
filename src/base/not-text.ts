import { isUtf8 } from 'node:buffer';
import { shown } from './json.ts';

/** What a file may turn out to be where text was expected: how that begins, and what to say of it. */
interface Kind {
  readonly begins: readonly string[] | RegExp;
  readonly says: string;
}

const UNPACK = 'expected text: unpack it first, as with';

/** Bytes are written as Latin-1, in which every byte is a character. The first that fits is it. */
const KINDS: readonly Kind[] = [
  { begins: ['\x1f\x8b'], says: `compressed by gzip; ${UNPACK} gunzip` },
  { begins: ['\x28\xb5\x2f\xfd'], says: `compressed by zstd; ${UNPACK} unzstd` },
  { begins: ['BZh'], says: `compressed by bzip2; ${UNPACK} bunzip2` },
  { begins: ['\xfd7zXZ\0'], says: `compressed by xz; ${UNPACK} unxz` },
  { begins: ['\x04\x22\x4d\x18'], says: `compressed by lz4; ${UNPACK} unlz4` },
  { begins: ['PK\x03\x04', 'PK\x05\x06'], says: `a zip archive; ${UNPACK} unzip` },
  { begins: ['7z\xbc\xaf\x27\x1c'], says: `a 7z archive; ${UNPACK} 7z` },
  { begins: /^[\s\S]{257}ustar/, says: `a tar archive; ${UNPACK} tar -x` },
  { begins: ['PAR1'], says: 'Parquet; expected text: write it as JSON lines, as with pandas' },
  { begins: ['ARROW1', '\xff\xff\xff\xff'], says: 'Arrow; expected text: write it as JSON lines' },
  { begins: ['SQLite format 3\0'], says: 'an SQLite database; expected text' },
  { begins: ['%PDF-'], says: 'a PDF; expected text' },
  { begins: ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'], says: 'a pickle; expected text' },
  { begins: ['\xff\xfe\0\0', '\0\0\xfe\xff'], says: encoded('UTF-32') },
  { begins: ['\xff\xfe', '\xfe\xff'], says: encoded('UTF-16') },
  { begins: /^(?:[^\0]\0){4}|^(?:\0[^\0]){4}/, says: encoded('UTF-16') },
  {
    begins: ['version https://git-lfs'],
    says: 'a pointer of git-lfs, not the file itself; fetch that, as with git lfs pull',
  },
  {
    begins: /^(?:\.\.\/)*(?:\.git|\/)?\/?annex\/objects\//,
    says: 'a pointer of git-annex, not the file itself; fetch that, as with git annex get',
  },
  {
    begins: /^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|script)\b/i,
    says: 'a web page, not the file itself; was it downloaded from the right address?',
  },
  {
    begins: /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|error|!doctype)\b/i,
    says: 'XML, perhaps an error of a store instead of the file itself',
  },
  { begins: /\0/, says: 'binary: it has zero bytes; expected text' },
];

function encoded(encoding: string): string {
  return `text in ${encoding}; expected UTF-8: convert it, as with iconv -f ${encoding} -t UTF-8`;
}

/** Enough to tell each of them. */
const HEAD_BYTES = 1024;

/** What a file that begins so is, where that is no text in UTF-8; undefined: nothing speaks against it. */
export function notText(head: Buffer): string | undefined {
  const text = head.toString('latin1', 0, HEAD_BYTES);
  const kind = KINDS.find(({ begins }) =>
    begins instanceof RegExp ? begins.test(text) : begins.some((one) => text.startsWith(one)),
  );
  return kind && `it is ${kind.says}`;
}

/** What is wrong with bytes that are not UTF-8: the line, counted from `line`, and how that looks; undefined: they are. */
export function notUtf8(bytes: Buffer, line = 1): string | undefined {
  if (isUtf8(bytes)) return undefined;
  const at = firstWrong(bytes);
  const number = line + bytes.subarray(0, at).filter((byte) => byte === NEWLINE).length;
  const hex = bytes[at]!.toString(16).toUpperCase().padStart(2, '0');
  const around = shown(bytes.toString('latin1', Math.max(0, at - SHOWN_BYTES), at + SHOWN_BYTES));
  return `line ${number}: found byte 0x${hex}, which is not UTF-8, in ${JSON.stringify(around)} (read as Latin-1); expected UTF-8: convert it, as with iconv -f LATIN1 -t UTF-8`;
}

const NEWLINE = 0x0a;
const SHOWN_BYTES = 16;
const SEQUENCE_BYTES_MAX = 4;

/** Of bytes that are not UTF-8: the first that is part of no character. */
function firstWrong(bytes: Buffer): number {
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at]! < 0x80) at++;
    else {
      const length = [2, 3, SEQUENCE_BYTES_MAX].find((n) => isUtf8(bytes.subarray(at, at + n)));
      if (!length) return at;
      at += length;
    }
  }
  return 0;
}
