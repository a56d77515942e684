import { beforeAll, expect, test } from 'vitest';
import { below, stream } from '../../../src/base/random.ts';
import { sharingOf } from '../../../src/workload/datasets/sharing.ts';
import { loadTokenizer, type Tokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';

let gpt2: Tokenizer;
beforeAll(async () => {
  gpt2 = await loadTokenizer('gpt2');
});

function inCommon(a: readonly number[], b: readonly number[]): number {
  const same = a.findIndex((id, i) => id !== b[i]);
  return same < 0 ? a.length : same;
}

/** As said, of token ids: each text against each other, and against those before it. */
function bruteForce(texts: readonly string[], groupOf: readonly number[]) {
  const ids = texts.map((text) => gpt2.encode(text));
  const most = (of: number[], others: number[][]) =>
    Math.max(0, ...others.map((other) => inCommon(of, other)));
  const groups = [...new Set(groupOf)];
  return {
    tokens: ids.map(({ length }) => length),
    common: ids.map((of, i) =>
      most(
        of,
        ids.filter((_, j) => j !== i),
      ),
    ),
    repeated: ids.reduce((sum, of, i) => sum + most(of, ids.slice(0, i)), 0),
    ofGroup: groups.map((group) => {
      const own = ids.filter((_, i) => groupOf[i] === group);
      return Math.min(...own.map((of) => inCommon(own[0]!, of)));
    }),
  };
}

test('what texts begin with alike is counted in tokens, as one by one would be', async () => {
  const words =
    'the unhappy unlike unlikely whale, whaling sea-faring and 3 31 men; a\n b  the'.split(' ');
  for (let seed = 0; seed < 30; seed++) {
    const rng = stream(seed, 'texts');
    const text = () =>
      Array.from({ length: 1 + below(rng, 5) }, () => words[below(rng, words.length)]).join(' ');
    const texts = Array.from({ length: 12 }, text);
    const groupOf = texts.map((_, i) => i % 3);
    const { repeated, ...sharing } = await sharingOf(texts, groupOf, gpt2);
    const total = repeated.reduce((sum, some) => sum + some, 0);
    expect({ ...sharing, repeated: total }).toEqual(bruteForce(texts, groupOf));
  }
});

test('one text alone has nothing in common with any other', async () => {
  const { common, repeated, tokens } = await sharingOf(['call me'], [0], gpt2);
  expect({ common, repeated, tokens }).toEqual({ common: [0], repeated: [0], tokens: [2] });
});
