import { describe, expect, test } from 'vitest';
import {
  found,
  isCount,
  isObject,
  notJson,
  parsedJson,
  parsedJsonExact,
  parsedJsonOrNaN,
  shown,
} from '../../src/base/json.ts';

test('what is not JSON is undefined, which no JSON is', () => {
  expect(parsedJson('{"a":[1,null]}')).toEqual({ a: [1, null] });
  expect(parsedJson(Buffer.from('"Hé"'))).toBe('Hé');
  expect(parsedJson('null')).toBeNull();
  for (const text of ['', '{', 'undefined', '{"a":1}x']) expect(parsedJson(text)).toBeUndefined();
});

test('an object is no list, and not null', () => {
  expect([{}, { a: 1 }].every(isObject)).toBe(true);
  expect([[], null, undefined, 'text', 1].some(isObject)).toBe(false);
});

test('a count is a whole number from 0', () => {
  expect([0, 1, Number.MAX_SAFE_INTEGER].every(isCount)).toBe(true);
  expect([-1, 0.5, 2 ** 53, NaN, Infinity, '1', null].some(isCount)).toBe(false);
});

describe('what was found, for an error', () => {
  test.each([
    [undefined, 'missing'],
    [null, 'found null'],
    ['text', 'found "text"'],
    [[1, { a: 2 }], 'found [1,{"a":2}]'],
    // As YAML has them.
    [NaN, 'found NaN'],
    [-Infinity, 'found -Infinity'],
  ])('%o', (value, text) => {
    expect(found(value)).toBe(text);
  });

  test('an object that holds itself', () => {
    const self: Record<string, unknown> = {};
    self['self'] = self;
    expect(found(self)).toContain('[Circular *1]');
  });

  test('of a long text its beginning, in at most 60 characters', () => {
    expect(shown(' x\n')).toBe('x');
    expect(shown('x'.repeat(60))).toBe('x'.repeat(60));
    expect(shown('x'.repeat(61))).toBe(`${'x'.repeat(57)}...`);
    expect(found('x'.repeat(61))).toBe(`found "${'x'.repeat(56)}...`);
  });
});

describe('why a text is not JSON', () => {
  test.each([
    ['', /^it is empty; expected JSON/],
    ['{"a": NaN}', /^found NaN, which JSON does not have; expected a number or null/],
    ['[1, -Infinity]', /^found -Infinity, which JSON does not have/],
    ['{"NaN": "a: NaN"', /^found {"NaN": "a: NaN", which breaks off; expected JSON: is the file/],
    ['{"a": "b', /which breaks off/],
    ["{'a': 1}", /^found {'a': 1}; expected JSON \(Expected property name/],
    ['{"a": "\t"}', /expected JSON \(Bad control character/],
    ['Not found', /^found Not found; expected JSON \(Unexpected token 'N'/],
  ])('%s', (text, why) => {
    expect(parsedJson(text)).toBeUndefined();
    expect(notJson(text)).toMatch(why);
  });

  test('also of a text of megabytes', () => {
    expect(notJson(`["${'\\"'.repeat(4_000_000)}", NaN]`)).toMatch(/^found NaN/);
  });
});

test('whole numbers that no double holds are read as their digits, all else as it is', () => {
  const text =
    '{"id": 9007199254740993, "s": "x 9007199254740993", "n": [1e20, 1234567890.123456, 7]}';
  expect(parsedJsonExact(text)).toEqual({
    id: '9007199254740993',
    s: 'x 9007199254740993',
    n: [1e20, 1234567890.123456, 7],
  });
  expect(parsedJsonExact('[1234567890123456]')).toEqual([1234567890123456]);
});

test("a bare NaN, as Python's json writes it, is null, and one in a text stays", () => {
  const text = '{"a": NaN, "NaN": "NaN, \\"NaN", "b": [NaN,1]}';
  expect(parsedJsonOrNaN(text)).toEqual({ a: null, NaN: 'NaN, "NaN', b: [null, 1] });
  expect(parsedJsonOrNaN('{"a": xNaN}')).toBeUndefined();
  const id = '9007199254740993';
  expect(parsedJsonOrNaN(`{"id": ${id}}`)).toEqual({ id });
  expect(parsedJsonOrNaN(`{"id": ${id}, "a": NaN}`)).toEqual({ id, a: null });
});
