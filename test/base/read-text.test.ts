import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { cannotRead, readText } from '../../src/base/read-text.ts';

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
  expect(() => readText(dir, { what: 'text' })).toThrow(/^cannot read text .*: EISDIR/);
});

test('so it is where the file is read otherwise', () => {
  const error = cannotRead('x', { what: 'run folder' }, new Error('it is a file'));
  expect(error).toEqual(new UsageError('cannot read run folder x: it is a file'));
  expect(error.exitCode).toBe(2);
});
