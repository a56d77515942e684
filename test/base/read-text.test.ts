import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { cannotRead, checkReadable, readText } from '../../src/base/read-text.ts';

const dir = mkdtempSync(join(tmpdir(), 'confab-read-text-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('a file is read whole', () => {
  const file = join(dir, 'text');
  writeFileSync(file, 'Hé\n😀');
  expect(readText(file, { what: 'text' })).toBe('Hé\n😀');
});

test('one that cannot be read is named: by its setting, what it is, path and reason', () => {
  const file = join(dir, 'absent');
  const reason = `ENOENT: no such file or directory, open '${file}'`;
  const read = (field?: string) => () => readText(file, { what: 'scenario', field });
  expect(read()).toThrow(new UsageError(`cannot read scenario ${file}: ${reason}`));
  expect(read('engine.gpu')).toThrow(
    new UsageError(`engine.gpu: cannot read scenario ${file}: ${reason}`),
  );
  expect(() => readText(dir, { what: 'text' })).toThrow(
    /^cannot read text .*: it is a folder; expected a file/,
  );
});

test('so it is where the file is read otherwise', () => {
  const error = cannotRead('x', { what: 'run folder' }, new Error('it is a file'));
  expect(error).toEqual(new UsageError('cannot read run folder x: it is a file'));
  expect(error.exitCode).toBe(2);
});

const wanted = { what: 'text', field: 'a.b' };

test.each([
  ['utf16', Buffer.from('\ufeffabc', 'utf16le'), 'it is text in UTF-16; expected UTF-8'],
  ['latin1', Buffer.from('caf\xe9', 'latin1'), 'line 1: found byte 0xE9, which is not UTF-8'],
])('a file in %s is refused, and why', (name, bytes, says) => {
  const file = join(dir, name);
  writeFileSync(file, bytes);
  expect(() => readText(file, wanted)).toThrow(`a.b: cannot read text ${file}: ${says}`);
});

test('a byte order mark is no part of the text', () => {
  writeFileSync(join(dir, 'bom'), '\ufeffa');
  expect(readText(join(dir, 'bom'), wanted)).toBe('a');
});

test('what has no end, or too much, is refused at 64 MB, and read to there at most', () => {
  const file = join(dir, 'large');
  writeFileSync(file, '');
  truncateSync(file, 2 ** 40);
  for (const path of ['/dev/zero', file]) {
    expect(() => readText(path, wanted)).toThrow(
      `cannot read text ${path}: it has more than 64 MB; expected less`,
    );
  }
  writeFileSync(file, 'abc');
  expect(() => readText(file, { ...wanted, maxBytes: 2 })).toThrow('it has more than');
  expect(readText('/dev/null', wanted)).toBe('');
});

test('what is read again by the next is a file, and no pipe, device or folder', () => {
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const [path, says] of [
    [pipe, 'it is a pipe, which can be read only once: write it to a file first; expected a file'],
    ['/dev/zero', 'it is a device or a socket, which may have no end; expected a file'],
    [dir, 'it is a folder; expected a file'],
  ]) {
    expect(() => checkReadable(path!, wanted)).toThrow(`a.b: cannot read text ${path}: ${says}`);
  }
});
