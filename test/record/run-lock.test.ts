import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { LOCK_FILE, lockRun } from '../../src/record/run-lock.ts';

let dir: string;
const path = () => join(dir, LOCK_FILE);
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Of a process that is over. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await new Promise((done) => child.on('close', done));
  return child.pid!;
}

test('one has it until it is released', () => {
  const lock = lockRun(dir);
  expect(lock.notice).toBeUndefined();
  expect(() => lockRun(dir)).toThrow(UsageError);
  expect(() => lockRun(dir)).toThrow(`${dir}: process ${process.pid} is writing into it`);
  lock.release();
  expect(readdirSync(dir)).toEqual([]);
  lockRun(dir).release();
});

test('it is taken over from a process that is gone, which is said', async () => {
  const pid = await deadPid();
  lockRun(dir);
  const held = JSON.parse(readFileSync(path(), 'utf8'));
  writeFileSync(path(), JSON.stringify({ ...held, pid }));
  const lock = lockRun(dir);
  expect(lock.notice).toBe(`${dir}: took over from process ${pid}, which is gone`);
  expect(readdirSync(dir)).toEqual([LOCK_FILE]);
  lock.release();
});

test('a process that has got the id of one that is gone does not hold it', () => {
  lockRun(dir);
  const held = JSON.parse(readFileSync(path(), 'utf8'));
  if (held.started === undefined) return;
  writeFileSync(path(), JSON.stringify({ ...held, started: `${held.started}0` }));
  expect(lockRun(dir).notice).toMatch(/took over/);
});

test("a lock that nobody finished writing is nobody's", () => {
  writeFileSync(path(), '{"pid":');
  expect(lockRun(dir).notice).toMatch(/took over from process unknown/);
});

test('whether a process of another machine is gone cannot be seen: it is said what to do', () => {
  writeFileSync(path(), JSON.stringify({ pid: 1, host: 'elsewhere' }));
  expect(() => lockRun(dir)).toThrow(/process 1 on elsewhere .*; if it is gone, remove .*lock$/);
});

test('whoever lost it, by hand, does not take it from the next', () => {
  const lost = lockRun(dir);
  writeFileSync(path(), 'of somebody else');
  lost.release();
  expect(existsSync(path())).toBe(true);
});

test('a folder that is not there', () => {
  expect(() => lockRun(join(dir, 'none'))).toThrow(/cannot lock the run folder: ENOENT/);
});
