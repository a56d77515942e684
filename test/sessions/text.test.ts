import { expect, test } from 'vitest';
import {
  type SessionSearch,
  sessionSearchSection,
  sessionSearchText,
  sessionTable,
} from '../../src/sessions/text.ts';
import { htmlOf, wordsOf, wordsOfHtml } from '../report/html.ts';

const point = (groups: number, sessions: number, followUpTtftP95Ms?: number) => ({
  ...{ groups, sessions, completed: 3 * groups * sessions, failed: 0, dir: 'x' },
  ...(followUpTtftP95Ms !== undefined && { followUpTtftP95Ms }),
});

const search: SessionSearch = {
  goal: 'sessions',
  groupsMax: 2,
  sessionsMax: 8,
  ttftP95MsMax: 500,
  points: [point(2, 4, 812.5), point(1, 4, 97.25), point(1, 1)],
  isComplete: true,
};

const TEXT = `  groups  sessions each  sessions  requests  failed  TTFT p95 after round 1, ms  within 500 ms
  1                   1         1         3       0                           -             no
  1                   4         4        12       0                       97.25            yes
  2                   4         8        24       0                       812.5             no

Largest (most sessions): 1 group x 4 sessions = 4 sessions, with a TTFT p95 of 97.25 ms after round 1 (bound 500 ms)`;

test('a search is a table by size, and the answer', () => {
  expect(sessionSearchText(search, Infinity)).toBe(TEXT);
  expect(wordsOfHtml(htmlOf([sessionSearchSection(search)]))).toEqual(wordsOf(TEXT));
});

test('a search that played nothing has no table', () => {
  const text = 'The search did not come to its end: there may be larger ones.';
  expect(sessionSearchText({ ...search, points: [], isComplete: false })).toBe(text);
});

test('without a bound no point is within it', () => {
  expect(sessionTable([point(1, 4, 97.25)], undefined, 100).split('\n')[0]).toMatch(/round 1, ms$/);
});

test('on a narrow terminal headings take several lines, and answers too', () => {
  const lines = sessionSearchText(search).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    '          sessions                              TTFT p95 after  within',
    '  groups      each  sessions  requests  failed     round 1, ms  500 ms',
    '  1              1         1         3       0               -      no',
  ]);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});
