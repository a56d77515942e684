import { expect, test } from 'vitest';
import { jsonFault } from '../../../../src/engine/http/fields/json-error.ts';

// As Python 3.11 says.
test.each<[string, number | undefined, string?]>([
  ['', 0, 'Expecting value'],
  ['{', 1, 'Expecting property name enclosed in double quotes'],
  ['{bad json', 1, 'Expecting property name enclosed in double quotes'],
  ['{"a" 1}', 5, "Expecting ':' delimiter"],
  ['{"a": 1,}', 8, 'Expecting property name enclosed in double quotes'],
  ['{"a": 1 "b"}', 8, "Expecting ',' delimiter"],
  ['[1, 2', 5, "Expecting ',' delimiter"],
  ['[1 2]', 3, "Expecting ',' delimiter"],
  ['"abc', 0, 'Unterminated string starting at'],
  ['"a\u0001"', 2, 'Invalid control character at'],
  ['"\\q"', 1, 'Invalid \\escape'],
  ['"\\u12g4"', 2, 'Invalid \\uXXXX escape'],
  ['tru', 0, 'Expecting value'],
  ['{"a":1} x', 8, 'Extra data'],
  ['[1,]', 3, 'Expecting value'],
  ['{"messages":', 12, 'Expecting value'],
  ['  nope', 2, 'Expecting value'],
  ['[NaN]', undefined],
  ['-', 0, 'Expecting value'],
  ['{"a":[1,{"b":tru}]}', 13, 'Expecting value'],
])('%j is no JSON from character %s on: %s', (text, at, msg) => {
  expect(jsonFault(text)).toEqual(at === undefined ? undefined : { at, msg });
});
