import { expect, test } from 'vitest';
import { fieldsAtHead } from '../../../src/workload/files/head.ts';

test.each([
  ['{"a": 1, "b": {"c": 2}, "d": ["e", {"f": 3}]}\n{"g": 4}', ['a', 'b', 'd']],
  ['[\n  {\n    "a" : "x: \\"y\\"",\n    "b": NaN', ['a', 'b']],
  ['{"a": "is cut', ['a']],
  ['{"a": {"b": 1', ['a']],
  ['{"a": 1, "cut', ['a']],
  ['a,b\n1,2', []],
  ['', []],
])('fields of the first object of %j', (head, names) => {
  expect([...fieldsAtHead(head)]).toEqual(names);
});
