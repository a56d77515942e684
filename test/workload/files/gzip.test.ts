import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { headOf } from '../../../src/workload/files/head.ts';
import { dataLines } from '../../../src/workload/files/lines.ts';
import { scratchDir } from '../scratch.ts';
import { writer } from '../traces/entries.ts';

const written = writer(scratchDir());

async function linesOf(file: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text } of dataLines(file)) lines.push(text);
  return lines;
}

test('what gzip compressed is read as it was, and so is its head', async () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => `line ${i}`);
  const file = written('lines.csv', gzipSync(lines.join('\n')));
  expect(await linesOf(file)).toEqual(lines);
  expect(headOf(file).split('\n', 2)).toEqual(lines.slice(0, 2));
});

test('files that were compressed one after the other are one', async () => {
  const file = written('two.gz', Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]));
  expect(await linesOf(file)).toEqual(['a', 'b']);
});

test.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, -20), /compressed by gzip and breaks off/],
  ['damaged', (bytes: Buffer) => bytes.fill(7, 60, 200), /compressed by gzip and damaged/],
  ['a tar', () => gzipSync(`${'x'.repeat(257)}ustar`), /it is a tar archive; expected text/],
])('%s: an error says so', async (_, broken, message) => {
  const bytes = gzipSync(Array.from({ length: 9999 }, (_, i) => `${i * 7919}`).join('\n'));
  const file = written('broken.gz', broken(bytes));
  await expect(linesOf(file)).rejects.toThrow(message);
});
