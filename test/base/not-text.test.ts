import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { notText, notUtf8 } from '../../src/base/not-text.ts';

const JSON_LINE = '{"messages": [{"role": "user", "content": "Straße"}]}\n';

test.each([
  ['JSON', Buffer.from(JSON_LINE)],
  ['JSON with a byte order mark', Buffer.from(`\ufeff${JSON_LINE}`)],
  ['YAML', Buffer.from('name: x\n')],
  ['Chinese', Buffer.from('你好，世界。'.repeat(300))],
  ['text that mentions HTML', Buffer.from('[{"text": "<html>"}]')],
  ['nothing', Buffer.alloc(0)],
])('nothing is said against %s', (_, bytes) => {
  expect(notText(bytes)).toBeUndefined();
  expect(notUtf8(bytes)).toBeUndefined();
});

test.each([
  [
    gzipSync(JSON_LINE),
    /^it is compressed by gzip; expected text: unpack it first, as with gunzip/,
  ],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), /zstd.*unzstd/],
  [Buffer.from('BZh91AY'), /bzip2.*bunzip2/],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), /xz.*unxz/],
  [Buffer.from('PK\x03\x04'), /a zip archive.*unzip/],
  [Buffer.from('PAR1\x15\x04'), /Parquet; expected text: write it as JSON lines/],
  [Buffer.from(`\ufeff${JSON_LINE}`, 'utf16le'), /text in UTF-16; expected UTF-8.*iconv -f UTF-16/],
  [Buffer.from(`\ufeff${JSON_LINE}`, 'utf16le').swap16(), /text in UTF-16/],
  [Buffer.from(JSON_LINE, 'utf16le'), /text in UTF-16/],
  [Buffer.from(JSON_LINE, 'utf16le').swap16(), /text in UTF-16/],
  [Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'), /pointer of git-lfs/],
  [Buffer.from('/annex/objects/SHA256E-s1--a.json\n'), /pointer of git-annex/],
  [Buffer.from('../.git/annex/objects/aa/bb'), /pointer of git-annex/],
  [Buffer.from('\n<!DOCTYPE html><html>'), /a web page, not the file itself/],
  [Buffer.from('<html lang="en">'), /a web page/],
  [Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied'), /XML, perhaps an error/],
  [Buffer.alloc(100), /binary: it has zero bytes/],
])('%o is named, with what to do', (bytes, says) => {
  expect(notText(bytes)).toMatch(says);
});

test('of other encodings the line is named, and how it looks', () => {
  const latin1 = Buffer.from('a\nb\nun café noir\n', 'latin1');
  expect(notUtf8(latin1)).toBe(
    'line 3: found byte 0xE9, which is not UTF-8, in "a\\nb\\nun café noir" (read as Latin-1); expected UTF-8: convert it, as with iconv -f LATIN1 -t UTF-8',
  );
  expect(notUtf8(latin1, 5)).toMatch(/^line 7: /);
  const cut = Buffer.from('Grüße 😀').subarray(0, -2);
  expect(notUtf8(cut)).toMatch(/^line 1: found byte 0xF0/);
});
