import { expect, test } from 'vitest';
import { floatText, reprOf, sampleText } from '../../src/engine/python-text.ts';

test.each([
  // number -> as Python prints it, and as its page of metrics has it
  [0, '0.0', '0.0'],
  [-1, '-1.0', '-1.0'],
  [3, '3.0', '3.0'],
  [0.1 + 0.2, '0.30000000000000004', '0.30000000000000004'],
  [0.0001, '0.0001', '0.0001'],
  [0.00005, '5e-05', '5e-05'],
  [1.25e-7, '1.25e-07', '1.25e-07'],
  [999_999.5, '999999.5', '999999.5'],
  [1_000_000, '1000000.0', '1e+06'],
  [4_599_697_408, '4599697408.0', '4.599697408e+09'],
  [182_907_305_984, '182907305984.0', '1.82907305984e+11'],
  [1_795_782_910.3268967, '1795782910.3268967', '1.7957829103268967e+09'],
  [1e16, '1e+16', '1e+16'],
  [Infinity, 'inf', '+Inf'],
])('%d is %s, and %s on a page', (value, float, sample) => {
  expect(floatText(value)).toBe(float);
  expect(sampleText(value)).toBe(sample);
});

test.each<[unknown, string]>([
  [null, 'None'],
  [true, 'True'],
  [[1, 'a'], "[1, 'a']"],
  [{ a: { b: false } }, "{'a': {'b': False}}"],
  ["it's", '"it\'s"'],
  ['"it\'s"', "'\"it\\'s\"'"],
  ['a\\b\nc\u0001', "'a\\\\b\\nc\\x01'"],
])('%j is %s', (value, text) => {
  expect(reprOf(value)).toBe(text);
});
