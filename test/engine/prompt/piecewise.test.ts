import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { textCoder } from '../../../src/engine/prompt/piecewise.ts';
import type { Coder } from '../../../src/engine/prompt/vocabulary.ts';
import { loadTokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';
import { wordTokenizer } from '../../support/engine-rig.ts';
import { tries } from '../../support/tries.ts';

let gpt2: Coder;

beforeAll(async () => {
  gpt2 = await loadTokenizer('gpt2');
});

const words = fc.constantFrom(
  ...['whale', 'Whale,', "didn't", 'I', 'x.y', 'a', '3', '(so', 'on)', '--', 'café', '東京', '…'],
  ...['"quoted"', 'e.g.', 'THE', 'end?!', '\u00a0', '😀', 'don’t', '…what', 'ab,cd', ';', 'é'],
);
const blanks = fc.constantFrom(' ', ' ', ' ', '  ', '\n', '\t', ' \n', '', '\r\n', '\u3000');
const text = fc
  .array(fc.tuple(words, blanks), { maxLength: 30 })
  .map((pairs) => pairs.flat().join(''));

test('the ids of the pieces are the ids of the whole, on every look-up', () => {
  const coder = textCoder(gpt2);
  expect(coder.isCheap).toBe(true);
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' }), fc.string()), (one) => {
      const whole = gpt2.encode(one);
      expect([...coder.encode(one)]).toEqual(whole);
      expect([...coder.encode(one)]).toEqual(whole);
    }),
    { seed: 8, numRuns: tries(500) },
  );
});

test('a piece is tokenized once', () => {
  const seen: string[] = [];
  const coder = textCoder({
    ...gpt2,
    encode(one) {
      seen.push(one);
      return gpt2.encode(one);
    },
  });
  seen.length = 0;
  coder.encode('ahoy yonder, yonder ahoy');
  expect(seen).toEqual(['ahoy', ' yonder', ',', ' ahoy']);
});

test('more different pieces than are kept, and longer ones, are still the ids of the whole', () => {
  const numbers = wordTokenizer();
  const coder = textCoder(numbers);
  const many = Array.from({ length: 70_000 }, (_, i) => `w${i.toString(26)}`.replace(/\d/g, 'Z'));
  for (const one of [many.join(' '), many.slice(0, 100).join(' '), 'long'.repeat(40)]) {
    expect([...coder.encode(one)]).toEqual(numbers.encode(one));
  }
});

test('a tokenizer whose tokens cross word starts is given whole texts', () => {
  const merging: Coder = {
    ...gpt2,
    encode: (one) => gpt2.encode(one.replaceAll(' years ago', ' yearsago')),
  };
  const coder = textCoder(merging);
  expect(coder.isCheap).toBe(false);
  expect([...coder.encode('two years ago')]).toEqual(merging.encode('two years ago'));
});
