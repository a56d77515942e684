import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeWhole } from '../../src/base/write-whole.ts';
import { absent, titled } from '../support/needs.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-write-'));
  path = join(dir, 'file');
});
afterEach(() => rmSync(dir, { recursive: true }));

function* breaking(): Generator<string> {
  yield 'a half';
  throw new Error('no room');
}

test('all pieces, and nothing else in the folder', () => {
  writeWhole(path, ['é', Buffer.from('b')]);
  expect(readFileSync(path, 'utf8')).toBe('éb');
  expect(readdirSync(dir)).toEqual(['file']);
});

test('whole or not at all: what was there stays until then', () => {
  expect(() => writeWhole(path, breaking())).toThrow('no room');
  expect(readdirSync(dir)).toEqual([]);
  writeFileSync(path, 'before');
  expect(() => writeWhole(path, breaking())).toThrow('no room');
  expect([readFileSync(path, 'utf8'), readdirSync(dir)]).toEqual(['before', ['file']]);
});

test('who may read a file that is written anew stays who it was, and a link stays one', () => {
  writeFileSync(path, 'before');
  chmodSync(path, 0o600);
  const link = join(dir, 'link');
  symlinkSync(path, link);
  writeWhole(link, ['after']);
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['after', 0o600]);
  expect(readdirSync(dir)).toEqual(['file', 'link']);
});

const noFull = absent('/dev/full');
test.skipIf(noFull)(titled('what is no plain file is not replaced by one', noFull), () => {
  writeWhole('/dev/null', ['x']);
  expect(statSync('/dev/null').isFile()).toBe(false);
  expect(() => writeWhole('/dev/full', ['x'])).toThrow('ENOSPC');
  expect(statSync('/dev/full').isFile()).toBe(false);
});
