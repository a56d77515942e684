import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDataset } from '../../../src/workload/datasets/dataset.ts';
import { absent, sharedFile, titled } from '../../support/needs.ts';
import { scratchDir } from '../scratch.ts';

const dir = scratchDir();

function fileOf(...rows: readonly unknown[]): string {
  const file = join(dir, 'dataset.jsonl');
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  return file;
}

test('001-9 prompts alone: completions optional and null, rows without a prompt left out', async () => {
  const file = fileOf(
    { prompt: 'p0', completion: 'c0' },
    { prompt: null },
    { prompt: 'p1', completion: null, token_count: 3 },
    { prompt: '' },
    { prompt: 'p2' },
  );
  const { isSessioned, entries, dropped } = await readDataset(file);
  expect(isSessioned).toBe(false);
  expect(entries.flatMap(({ turns }) => turns)).toEqual([
    { prompt: 'p0', completion: 'c0' },
    { prompt: 'p1', completion: undefined },
    { prompt: 'p2', completion: undefined },
  ]);
  expect(entries.every(({ sessionId }) => sessionId === undefined)).toBe(true);
  expect(dropped.map(({ reason, count, first }) => [reason, count, first])).toEqual([
    ['no prompt', 1, 'line 2, item 1'],
    ['empty prompt', 1, 'line 4, item 3'],
  ]);
});

test('001-10 sessions: ids of any kind, fewer completions, lines of one id joined', async () => {
  const file = fileOf(
    { session_id: 0, prompts: ['a', 'b'], completions: ['A'] },
    { session_id: '0', prompts: ['c'] },
    { session_id: 7, prompts: [] },
    { session_id: 0, prompts: ['d', ''], completions: [null] },
    { session_id: 9, prompts: ['e'], completions: null },
  );
  const { isSessioned, entries, dropped } = await readDataset(file);
  expect(isSessioned).toBe(true);
  const said = entries.map(({ sessionId, turns }) => [
    sessionId,
    ...turns.map(({ prompt, completion }) => `${prompt}>${completion ?? '?'}`),
  ]);
  expect(said).toEqual([
    [0, 'a>A', 'b>?', 'd>?'],
    ['0', 'c>?'],
    [9, 'e>?'],
  ]);
  expect(dropped.map(({ reason }) => reason)).toEqual(['no prompt', 'empty prompt']);
});

test('001-10 ids of 64 bits stay what they are', async () => {
  const file = join(dir, 'long-ids.jsonl');
  const ids = ['9007199254740993', '9007199254740992'];
  writeFileSync(file, ids.map((id) => `{"session_id": ${id}, "prompts": ["x"]}\n`).join(''));
  const { entries } = await readDataset(file);
  expect(entries.map(({ sessionId }) => sessionId)).toEqual(ids);
});

test.each([
  [{ prompt: 3 }, 'prompt: found 3; expected a text or null'],
  [{ text: 'x' }, 'prompt: missing; expected a text, or session_id and prompts'],
  [{ messages: [] }, 'prompt: missing; expected a text; it looks like conversations'],
  [{ prompt: 'x', completion: 3 }, 'completion: found 3; expected a text or null'],
  [{ session_id: null, prompts: ['x'] }, 'session_id: found null; expected a text or whole number'],
  [{ session_id: 1.5, prompts: ['x'] }, 'session_id: found 1.5; expected'],
  [{ session_id: 1, prompts: 'x' }, 'prompts: found "x"; expected a list of texts'],
  [{ session_id: 1, prompts: ['x', 2] }, 'prompts[1]: found 2; expected a text'],
  [
    { session_id: 1, prompts: ['x'], completions: ['a', 'b'] },
    'completions: found 2 of 1 prompts; expected at most one each',
  ],
  [{ session_id: 1, prompts: ['x'], completions: [1] }, 'completions[0]: found 1; expected'],
  [['x'], 'found ["x"]; expected an object'],
])('a row such as %j is refused with its line', async (row, problem) => {
  const file = join(dir, 'wrong.jsonl');
  const good = 'session_id' in row ? { session_id: 0, prompts: ['x'] } : { prompt: 'x' };
  writeFileSync(file, `${JSON.stringify(good)}\n${JSON.stringify(row)}\n`);
  await expect(readDataset(file)).rejects.toThrow(`${file}: line 2, item 1: ${problem}`);
});

test('prompts and sessions do not mix', async () => {
  const [plain, session] = [{ prompt: 'x' }, { session_id: 0, prompts: ['y'] }];
  await expect(readDataset(fileOf(plain, session))).rejects.toThrow(
    'line 2, item 1: session_id: found 0; expected a prompt alone, as in the first row',
  );
  await expect(readDataset(fileOf(session, plain))).rejects.toThrow(
    'found a prompt without session_id; expected session_id and prompts, as in the first row',
  );
});

const PROMPTS = sharedFile('data/upstream/aibrix/prompts.jsonl');
const SESSIONS = sharedFile('data/upstream/aibrix/sessions.jsonl');
const NO_DATA = absent(PROMPTS, SESSIONS);

test.skipIf(NO_DATA)(titled("AIBrix's own data sets are read", NO_DATA), async () => {
  const plain = await readDataset(PROMPTS);
  expect([plain.isSessioned, plain.entries.length]).toEqual([false, 60]);
  const sessions = await readDataset(SESSIONS);
  expect([sessions.isSessioned, sessions.entries.length]).toEqual([true, 12]);
  expect(sessions.entries[0]!.turns).toHaveLength(3);
});
