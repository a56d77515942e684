import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder, removeFolders } from '../../src/base/make-folder.ts';
import { absent, titled } from '../support/needs.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-make-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('folders that are missing are made, and one that is there is no trouble', () => {
  const deep = join(dir, 'a', 'b', 'c');
  expect(makeFolder(deep)).toEqual([join(dir, 'a'), join(dir, 'a', 'b'), deep]);
  expect(makeFolder(deep)).toEqual([]);
  expect(statSync(deep).isDirectory()).toBe(true);
});

test('what was made can be taken back, as far as nothing is in it', () => {
  const made = makeFolder(join(dir, 'a', 'b', 'c'));
  writeFileSync(join(dir, 'a', 'file'), '');
  removeFolders(made);
  expect(readdirSync(join(dir, 'a'))).toEqual(['file']);
  expect(() => removeFolders(made)).not.toThrow();
});

test('where one of several cannot be made none is', () => {
  expect(() => makeFolder(join(dir, 'a', 'x'.repeat(300)))).toThrow('ENAMETOOLONG');
  expect(readdirSync(dir)).toEqual([]);
});

test('through a link', () => {
  symlinkSync(dir, join(dir, 'link'));
  makeFolder(join(dir, 'link', 'a'));
  expect(statSync(join(dir, 'a')).isDirectory()).toBe(true);
});

test.each(['', '/below'])('a file in its place is said (file%s)', (below) => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(`${file}${below}`)).toThrow(/EEXIST|ENOTDIR/);
});

test('a link that leads nowhere is said', () => {
  symlinkSync(join(dir, 'nowhere'), join(dir, 'link'));
  expect(() => makeFolder(join(dir, 'link', 'a'))).toThrow(/EEXIST/);
});

const noProc = absent('/proc/1');
test.skipIf(noProc)(titled('where nothing can be made it ends all the same', noProc), () => {
  for (const path of ['/proc/x', '/proc/x/y/z', '/proc/1/confab']) {
    expect(() => makeFolder(path)).toThrow(/ENOENT|EACCES|EPERM/);
  }
});
