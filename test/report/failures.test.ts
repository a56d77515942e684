import { expect, test } from 'vitest';
import type { TurnRecord } from '../../src/record/record.ts';
import { summarise } from '../../src/report/run-summary.ts';
import { reportText } from '../../src/report/text.ts';
import { samplePart, turnRecord } from '../record/sample.ts';

const failed = (userId: number): TurnRecord =>
  turnRecord({ userId, status: 'http', httpStatus: 503, reason: 'no slot' });
const unsent = (userId: number): TurnRecord =>
  turnRecord({ userId, status: 'unsent', reason: 'an earlier turn of the conversation failed' });
const ok = (userId: number): TurnRecord => turnRecord({ userId });

const firstLine = (records: readonly TurnRecord[]): string =>
  reportText(summarise({ parts: [samplePart({ records })], warnings: [] }), {}, Infinity).split(
    '\n',
  )[0]!;

test.each<[string, TurnRecord[]]>([
  [
    'WARNING: no request was completed: 2 failed, all of them with http 503 (no slot); 1 was not sent',
    [failed(1), failed(2), unsent(3)],
  ],
  [
    'WARNING: no request was completed: 1 was cut off by the end of the run',
    [turnRecord({ status: 'cancelled' })],
  ],
  ['WARNING: no request was completed: none was due', []],
  [
    'WARNING: no request was completed: 1 failed, with http 503 (no slot); 2 were not sent',
    [failed(1), unsent(2), unsent(3)],
  ],
  [
    'WARNING: most requests failed: 3 of 4 (75.0 %), most often with http 503 (no slot)',
    [failed(1), failed(2), turnRecord({ userId: 4, status: 'timeout', reason: 'late' }), ok(3)],
  ],
])('the first line: %s', (line, records) => {
  expect(firstLine(records)).toBe(line);
});

test('a run of which half went well begins as any other', () => {
  expect(firstLine([failed(1), ok(2)])).toMatch(/^The client kept up/);
});
