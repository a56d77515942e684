import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonValues } from '../../../src/workload/files/json-values.ts';
import { scratchDir } from '../scratch.ts';

const dir = scratchDir();
const file = join(dir, 'values.json');

async function valuesOf(text: string): Promise<string[]> {
  writeFileSync(file, text);
  const values: string[] = [];
  for await (const { index, bytes } of jsonValues(file)) {
    expect(index).toBe(values.length);
    values.push(bytes.toString('utf8').trim());
  }
  return values;
}

describe('values of a file', () => {
  test.each([
    ['an array', '[{"a":1},\n {"b":[1,2]}]', ['{"a":1}', '{"b":[1,2]}']],
    ['lines, with blank ones', '{"a":1}\n\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['one object over several lines', '{\n"a":\n1}\n', ['{\n"a":\n1}']],
    ['scalars', '[1, "x,]", null]', ['1', '"x,]"', 'null']],
    ['brackets, commas and quotes in strings', '[{"a":"]}\\"\\\\"},2]', ['{"a":"]}\\"\\\\"}', '2']],
    ['a byte order mark', '\ufeff[1,2]', ['1', '2']],
    ['what is not JSON', '{"a":1}\nnothing\n', ['{"a":1}', 'nothing']],
    ['several objects over several lines', '{\n"a":1}\n{\n"b":2\n}', ['{\n"a":1}', '{\n"b":2\n}']],
    ['a line with an open string', '{"a":1}\n{"b\n{"c":3}', ['{"a":1}', '{"b', '{"c":3}']],
    ['a first line with one', '{"b\\\n{"c":3}\n{"d', ['{"b\\', '{"c":3}', '{"d']],
    ['a line with an open list', '{"a":1}\r\n[{"b":\r\n{"c":3}', ['{"a":1}', '[{"b":', '{"c":3}']],
    ['a line with a bracket too many', '{"a":1}}\n{"c":3}', ['{"a":1}}', '{"c":3}']],
  ])('of %s', async (_, text, values) => {
    expect(await valuesOf(text)).toEqual(values);
  });

  test('are those that were written, however they are laid out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.nat(4),
        async (list, indent) => {
          const texts = await valuesOf(JSON.stringify(list, undefined, indent));
          expect(JSON.stringify(texts.map((text) => JSON.parse(text)))).toBe(JSON.stringify(list));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('larger than the chunks of a file come whole', async () => {
    const long = JSON.stringify({ text: 'é\\"'.repeat(600_000) });
    expect(await valuesOf(`[${long},${long}]`)).toEqual([long, long]);
  });

  test.each([
    ['', /found no JSON value/],
    ['[{"a":1},{"b"', /the JSON array breaks off after 1 values/],
  ])('%j is refused', async (text, message) => {
    await expect(valuesOf(text)).rejects.toThrow(message);
  });

  test('a file that is not there is named', async () => {
    const missing = join(dir, 'missing.json');
    await expect(jsonValues(missing).next()).rejects.toThrow(`cannot read data file ${missing}`);
  });
});

test('each is told with the line that it begins in', async () => {
  for (const text of [
    '\n[\n{"a":\n"x\\n"},\n\n{"b":1}, 3]\n \n',
    '\n\n{"a":1}\n\n\n{"b":1}\n3',
    '{"a":\n"x"\n}\n{"b":1}',
  ]) {
    writeFileSync(file, text);
    const lines = text.split('\n');
    for await (const { line, bytes } of jsonValues(file)) {
      expect(lines[line - 1]).toContain(bytes.toString('utf8').trim().split('\n')[0]);
    }
  }
});

test.each<[string, string | Buffer, RegExp]>([
  ['a second array', '[{"a":1}]\n\n[{"b":2}]', /: line 3: found \[{"b":2}\] behind the end of the/],
  ['more behind the end', '[1]\n{"a":1}\n', /: line 2: found {"a":1} behind the end of the JSON/],
  ['more in a later chunk', `[1]${' '.repeat(2 ** 21)}\n7`, /: line 2: found 7 behind the end/],
  ['an open end', '[1,\n2,', /: line 2: the JSON array breaks off after 2 values/],
  ['another encoding', Buffer.from('["a",\n"é"]', 'latin1'), /: line 2: found byte 0xE9, which is/],
  [
    'a value of more than 64 MB',
    `{"a":"${'x'.repeat(65 << 20)}"}`,
    /: line 1: found a value of more/,
  ],
  [
    'what is compressed, and cut',
    gzipSync('[1]').subarray(0, -4),
    /cannot read data file .*: it is compressed by gzip and/,
  ],
])('%s is refused, with file and line', async (_, text, says) => {
  writeFileSync(file, text);
  const reading = (async () => {
    for await (const _ of jsonValues(file));
  })();
  await expect(reading).rejects.toThrow(says);
  await expect(reading).rejects.toThrow(file);
});
