import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Round } from '../../src/ab/settings.ts';
import { beginState, type ExperimentHeader, keepRound, readState } from '../../src/ab/state.ts';
import { freshFolder } from '../support/folders.ts';
import { SETTINGS } from './noisy-arms.ts';

const HEADER: ExperimentHeader = {
  format: 'confab-ab',
  version: 1,
  confab: '0',
  name: 'x',
  isSimulated: true,
  settings: SETTINGS,
  arms: { a: {}, b: {} },
  engines: { commands: {} },
  word: '',
  isolation: 'none',
};
const COUNTS = { requests: 1, failed: 0 };
const ROUND: Round = {
  stage: 'floor',
  round: 1,
  pair: { a: COUNTS, b: COUNTS, paired: 1, measures: {} },
};

test('what was kept is read again, and a line that was broken off is not', () => {
  const dir = freshFolder();
  beginState(dir, HEADER);
  keepRound(dir, ROUND);
  appendFileSync(join(dir, 'ab.ndjson'), '{"stage":"fl');
  expect(readState(dir)).toEqual({ header: HEADER, rounds: [ROUND] });
  keepRound(dir, { ...ROUND, round: 2 });
  expect(readState(dir).rounds.map(({ round }) => round)).toEqual([1, 2]);
  expect(readFileSync(join(dir, 'ab.ndjson'), 'utf8').endsWith('}\n')).toBe(true);
});

test('what is no experiment is refused with its line', () => {
  const dir = freshFolder();
  expect(() => readState(dir)).toThrow(/ab\.ndjson/);
  writeFileSync(join(dir, 'ab.ndjson'), '{}\n');
  expect(() => readState(dir)).toThrow(/line 1: found no confab-ab header/);
  writeFileSync(join(dir, 'ab.ndjson'), `${JSON.stringify(HEADER)}\n7\n`);
  expect(() => readState(dir)).toThrow(/line 2: found no round/);
});
