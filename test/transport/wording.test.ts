import { expect, test } from 'vitest';
import { escaped, printable } from '../../src/base/printable.ts';
import { redactor } from '../../src/transport/http/headers.ts';
import { wording } from '../../src/transport/wording.ts';

test.each([
  ['a\n  b\tc', 'a b c'],
  ['\u001b[31mred\u001b[0m', '[31mred [0m'],
  ['a\u0007\u0008\u007f\u009b2Jb', 'a 2Jb'],
  ['evil\u202egnp.exe\u2066x\u2069', 'evilgnp.exex'],
  ['zero\u200bwidth\ufeff\u00ad', 'zerowidth'],
  ['half \ud800 pair', 'half  pair'],
  ['中文 é 😀', '中文 é 😀'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('what is quoted to the letter has them escaped', () => {
  expect(escaped('a\u001bb\u202ec\u2028d\u{e0001}')).toBe(
    'a\\u001bb\\u202ec\\u2028d\\udb40\\udc01',
  );
});

const KEY = 'sk-very-secret-0123456789';
const says = wording(redactor({ headers: { 'X-Api-Key': 'hun"ter/2' }, apiKey: KEY }));

test.each([
  ['where the text is cut', 'x'.repeat(290) + KEY],
  ['at the end of a long text', `${' '.repeat(1190)}${KEY}`],
  ['behind characters that are not seen', KEY.replace('very', 've\u200fry')],
  ['more than once', `${KEY} ${KEY}`],
])('a key never shows: %s', (_, text) => {
  const shown = says(text);
  for (let length = 12; length <= KEY.length; length++) {
    expect(shown).not.toContain(KEY.slice(0, length));
  }
});

test('nor does a header, as JSON and URLs spell it', () => {
  expect(says('hun"ter/2')).toBe('***');
  expect(says(JSON.stringify({ key: 'hun"ter/2' }))).toBe('{"key":"***"}');
  expect(says(`https://h/?key=${encodeURIComponent('hun"ter/2')}`)).toBe('https://h/?key=***');
});

test('nor does a field of the body', () => {
  const strike = redactor({ headers: {}, apiKey: undefined, body: { user_token: 'abcdef', n: 1 } });
  expect(strike('bad token abcdef')).toBe('bad token ***');
});

test('texts are cut', () => {
  expect(says('x'.repeat(1000))).toBe(`${'x'.repeat(300)}...`);
  const words = `${'x'.repeat(149)} ${'x'.repeat(150)}`;
  expect(says(words)).toBe(words);
  expect(says(`${words}y`)).toBe(`${words}...`);
  expect([says('x'.repeat(5), 5), says('x'.repeat(6), 5)]).toEqual(['xxxxx', 'xxxxx...']);
});
