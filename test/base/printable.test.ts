import { expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { found } from '../../src/base/json.ts';
import { printable, printableLines } from '../../src/base/printable.ts';

// A colour, the title of a window, the 8-bit form of both, a change of direction, and what cannot be seen.
const OBEYED = '\u001b[31m\u001b]0;owned\u0007\u009b31m\u202e\u200b\u007f';

test('lines that quote a file show what a terminal would obey, and stay lines', () => {
  const text = printableLines(`error: ${OBEYED}\n  second`);
  expect(text).toBe(
    'error: \\u001b[31m\\u001b]0;owned\\u0007\\u009b31m\\u202e\\u200b\\u007f\n  second',
  );
});

test('what an error quotes of a value is one line, whatever is in it', () => {
  expect(found(`a${OBEYED}\nb`)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(found({ [OBEYED]: OBEYED })).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('a text of a server is a line without them', () => {
  expect(printable(`a${OBEYED}b`)).toBe('a [31m ]0;owned 31m b');
});

test('of a file with a problem in every line an error names the first ones, and counts the others', () => {
  const problems = Array.from({ length: 622 }, (_, line) => `line ${line + 1}: not JSON`);
  const { message, problems: all } = new UsageError(problems, 'a.json');
  expect(message.split('\n')).toHaveLength(52);
  expect(message).toMatch(
    /^a\.json: 622 problems\n {2}line 1: not JSON\n[\s\S]*\n {2}and 572 more$/,
  );
  expect(all).toHaveLength(622);
  expect(new UsageError('x'.repeat(3e6)).message.length).toBeLessThan(2100);
});
