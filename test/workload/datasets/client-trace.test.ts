import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readClientTrace } from '../../../src/workload/datasets/client-trace.ts';
import { scratchDir } from '../scratch.ts';

const dir = scratchDir();
const u = (content: unknown) => ({ role: 'user', content });
const a = (content: string) => ({ role: 'assistant', content });

function record(request_id: number, input: unknown, output: string, more: object = {}) {
  return { request_id, status: 'success', input, output, session_id: null, ...more };
}

async function read(...rows: readonly object[]) {
  const file = join(dir, 'trace.jsonl');
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const { sessions, ...rest } = await readClientTrace(file);
  const texts = sessions.map(({ id, sessionId, said }) => [
    id,
    sessionId,
    said.map(({ message }) => message.text).join(' '),
  ]);
  return { texts, ...rest };
}

test('001-8 records of a session are its turns, by their times, however they lie in the file', async () => {
  const { texts, failed } = await read(
    record(4, [u('q'), a('A'), u('r')], 'B', { session_id: 7, start_time: 2.5 }),
    record(1, [u('alone')], 'C'),
    record(0, [u('q')], 'A', { session_id: 7, start_time: 1 }),
    record(2, [u('other')], 'D', { session_id: '7', start_time: 1 }),
  );
  expect(texts).toEqual([
    ['7', 7, 'q A r B'],
    ['request-1', undefined, 'alone C'],
    ['7', '7', 'other D'],
  ]);
  expect(failed).toEqual([]);
});

test('001-8 failed requests are named, and their questions kept', async () => {
  const error = { status: 'error', session_id: 1, error_type: 'APITimeoutError' };
  const { texts, failed } = await read(
    record(0, [u('q')], 'A', { session_id: 1 }),
    record(1, [u('q'), a('A'), u('r')], '', error),
    // AIBrix's client leaves the failed question in the history.
    record(2, [u('q'), a('A'), u('r'), u('s')], 'B', { session_id: 1 }),
    record(3, [u('x')], '', { status: 'cancelled' }),
  );
  expect(texts).toEqual([
    ['1', 1, 'q A r s B'],
    ['request-3', undefined, 'x'],
  ]);
  expect(failed).toEqual(['request 1 (line 2, APITimeoutError)', 'request 3 (line 4, cancelled)']);
});

test('a request with all its history and without a session is a conversation; the system is heard', async () => {
  const { texts } = await read(
    record(
      0,
      [{ role: 'system', content: 'S' }, u('q'), a('A'), u([{ type: 'text', text: 'r' }])],
      'B',
    ),
  );
  expect(texts).toEqual([['request-0', undefined, 'S q A r B']]);
});

test('rows of which nothing can be kept are named', async () => {
  const { dropped } = await read(
    record(0, [u('q')], 'A'),
    { request_id: 1, status: 'unsent', input: null },
    record(2, [u('q'), a('A')], 'B'),
  );
  expect(dropped).toEqual([
    { reason: 'no input', count: 1, first: 'line 2, item 1, request 1' },
    { reason: 'last message not of the user', count: 1, first: 'line 3, item 2, request 2' },
  ]);
});

test.each([
  [{ status: 'success', input: [u('q')] }, 'request_id: missing; expected a number or text'],
  [{ request_id: 1, input: [u('q')] }, 'status: missing; expected success or error'],
  [{ request_id: 1, status: 'success', input: "[{'role'" }, 'input: found "[{\'role\'"; expected'],
  [{ request_id: 1, status: 'success', input: [] }, 'input: found []; expected a list of messages'],
  [{ request_id: 1, status: 'success', input: ['q'] }, 'input[0]: found "q"; expected an object'],
  [
    { request_id: 1, status: 'success', input: [{ role: 'bot', content: 'q' }] },
    'input[0].role: found "bot"; expected system, user, assistant',
  ],
  [{ request_id: 1, status: 'success', input: [u(3)] }, 'input[0].content: found 3; expected'],
  [
    { request_id: 1, status: 'success', input: [u('q')], session_id: {} },
    'session_id: found {}; expected a number or text',
  ],
])('a row such as %j is refused with its line', async (row, problem) => {
  await expect(read(record(0, [u('q')], 'A'), row)).rejects.toThrow(`line 2, item 1: ${problem}`);
});
