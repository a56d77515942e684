import { describe, expect, test } from 'vitest';
import { csvRows, headerOf } from '../../../src/workload/files/csv.ts';
import { scratchDir } from '../scratch.ts';
import { writer } from '../traces/entries.ts';

const written = writer(scratchDir());

async function rowsOf(text: string | Buffer) {
  const found: [number, ...string[]][] = [];
  for await (const rows of csvRows(written('rows.csv', text))) {
    for (const { line, cells } of rows) found.push([line, ...cells]);
  }
  return found;
}

describe('rows of comma-separated values', () => {
  test.each([
    [
      'a,b\n1,2\n',
      [
        [1, 'a', 'b'],
        [2, '1', '2'],
      ],
    ],
    [
      '\ufeffa,b\r\n1,2',
      [
        [1, 'a', 'b'],
        [2, '1', '2'],
      ],
    ],
    [
      'a, b \n\n \n1,\n',
      [
        [1, 'a', 'b'],
        [4, '1', ''],
      ],
    ],
    ['"a,b",""\n', [[1, 'a,b', '']]],
    ['"say ""x""",1\n', [[1, 'say "x"', '1']]],
    [
      '"two\nlines",1\n2,3\n',
      [
        [1, 'two\nlines', '1'],
        [3, '2', '3'],
      ],
    ],
    [
      'a,"b"\r\n"c",d\r\n',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    ['', []],
  ])('%j', async (text, rows) => {
    expect(await rowsOf(text)).toEqual(rows);
  });

  test('are the same wherever the pieces that are read end', async () => {
    const long = 'é'.repeat(50);
    const lines = Array.from({ length: 15_000 }, (_, i) =>
      i % 1000 === 0 ? `"${i}\n${i}",${long}` : `${i},${long}`,
    );
    const found = await rowsOf(lines.join('\n'));
    expect(found).toHaveLength(15_000);
    expect(found.slice(1000, 1002)).toEqual([
      [1002, '1000\n1000', long],
      [1004, '1001', long],
    ]);
    expect(found.at(-1)).toEqual([15_015, '14999', long]);
  });

  test.each([
    ['a,b\n1,"2\n3,4\n', /rows\.csv: line 2: found a quote that is not closed/],
    [
      Buffer.from([0x61, 0x0a, 0xff, 0x0a]),
      /rows\.csv: line 2: found byte 0xFF, which is not UTF-8/,
    ],
  ])('names file and line of %j', async (text, message) => {
    await expect(rowsOf(text)).rejects.toThrow(message);
  });

  test('a header is the first row of what a file begins with', () => {
    expect(headerOf('"Session ID",b\r\n1,2')).toEqual(['Session ID', 'b']);
    expect(headerOf('')).toEqual([]);
  });
});
