import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/base/errors.ts';
import { writeWhole } from '../../../src/workload/files/whole-file.ts';
import { freshFolder } from '../../support/folders.ts';

function* failing(): Generator<string> {
  yield 'half';
  throw new UsageError('line 2 is wrong');
}

describe('a file that is written whole', () => {
  test('has its folder made', async () => {
    const file = join(freshFolder(), 'a', 'b', 'x.jsonl');
    await writeWhole(file, ['one ', 'two']);
    expect(readFileSync(file, 'utf8')).toBe('one two');
  });

  test('is not there when a piece fails, nor are folders that were made for it', async () => {
    const dir = freshFolder();
    mkdirSync(join(dir, 'kept'));
    for (const file of ['a/b/x.jsonl', 'kept/b/x.jsonl', 'x.jsonl']) {
      await expect(writeWhole(join(dir, file), failing())).rejects.toThrow('line 2 is wrong');
    }
    expect(readdirSync(dir)).toEqual(['kept']);
    expect(readdirSync(join(dir, 'kept'))).toEqual([]);
  });

  test('leaves a folder in which somebody else has put something meanwhile', async () => {
    const dir = freshFolder();
    function* disturbed(): Generator<string> {
      writeFileSync(join(dir, 'a', 'other'), '');
      yield* failing();
    }
    await expect(writeWhole(join(dir, 'a', 'x'), disturbed())).rejects.toThrow();
    expect(readdirSync(join(dir, 'a'))).toEqual(['other']);
  });

  test('leaves what was there before when a piece fails; a link stays one', async () => {
    const dir = freshFolder();
    const [file, link] = [join(dir, 'x'), join(dir, 'link')];
    writeFileSync(file, 'old');
    symlinkSync(file, link);
    await expect(writeWhole(link, failing())).rejects.toThrow('line 2 is wrong');
    expect(readFileSync(file, 'utf8')).toBe('old');
    await writeWhole(link, ['new']);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(dir).toSorted()).toEqual(['link', 'x']);
  });

  test('that cannot be written is refused by its own name', async () => {
    const dir = freshFolder();
    writeFileSync(join(dir, 'plain'), '');
    const file = join(dir, 'plain', 'x.jsonl');
    await expect(writeWhole(file, ['x'])).rejects.toThrow(
      /^cannot write .*x\.jsonl: (EEXIST|ENOTDIR)/,
    );
    const long = join(dir, 'a', `${'x'.repeat(250)}.jsonl`);
    // The name that it would have had meanwhile is too long.
    await expect(writeWhole(long, ['x'])).rejects.toThrow(/ENAMETOOLONG.*x\.jsonl'$/);
    expect(existsSync(join(dir, 'a'))).toBe(false);
  });
});
