import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LiveBlocks } from '../../src/cache/live-blocks.ts';
import { nameAt, PromptBlocks } from '../../src/cache/prompt-blocks.ts';
import { chainNames } from '../../src/engine/kv/chain-hash.ts';
import { closedForms, type Shape } from '../support/closed-forms.ts';

/** Tokens of a user's conversation up to the answer of `round`: the shared part, then tokens of its own. */
function chain({ shared, history, question, answer }: Shape, user: number, round: number) {
  const own = history + round * (question + answer);
  return Int32Array.from({ length: shared + own }, (_, i) =>
    i < shared ? i : 1_000_000 * (user + 1) + i,
  );
}

describe('the ideal by enumeration is the closed form of synthetic conversations, user after user in each round', () => {
  test.each(closedForms)('%s', (_, { shape, hits, prompts }) => {
    const { answer, rounds, users, blockTokens } = shape;
    const blocks = new PromptBlocks(blockTokens);
    let found = 0;
    let input = 0;
    for (let round = 1; round <= rounds; round++) {
      for (let user = 0; user < users; user++) {
        const tokens = chain(shape, user, round);
        const inputTokens = tokens.length - answer;
        const names = chainNames(tokens, blockTokens, undefined);
        found += blocks.add({ inputTokens, outputTokens: answer, names });
        input += inputTokens;
      }
    }
    expect([found, input]).toEqual([hits, prompts]);
  });
});

/** Short token lists of few tokens, so that many begin alike. */
const request = fc.record({
  prompt: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 24 }),
  answer: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 8 }),
});

test('of any prompts it finds the longest run of blocks that an earlier request computed', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 30 }), (requests) => {
      const size = 2;
      const blocks = new PromptBlocks(size);
      const computed: number[][] = [];
      const prompts = new Set<string>();
      let all = 0;
      for (const { prompt, answer } of requests) {
        const tokens = [...prompt, ...answer];
        const held = tokens.slice(0, prompt.length + Math.max(0, answer.length - 1));
        const common = Math.max(0, ...computed.map((other) => commonTokens(other, prompt)));
        const expected = size * Math.floor(Math.min(common, prompt.length - 1) / size);
        const names = chainNames(Int32Array.from(tokens), size, undefined);
        const found = blocks.add({
          inputTokens: prompt.length,
          outputTokens: answer.length,
          names,
        });
        expect(found).toBe(expected);
        computed.push(held.slice(0, size * Math.floor(held.length / size)));
        for (let end = size; end <= prompt.length; end += size) {
          all++;
          prompts.add(prompt.slice(0, end).join());
        }
      }
      expect(blocks.promptBlocks).toEqual({ all, unique: prompts.size });
    }),
    { seed: 5 },
  );
});

test('live blocks are the different blocks of all contexts, and each one that is not full', () => {
  const change = fc.record({
    user: fc.integer({ min: 0, max: 4 }),
    chain: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 12 }),
    // Of the chain, what the context is; null: the conversation is over.
    length: fc.option(fc.nat(12)),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const size = 3;
      const live = new LiveBlocks(size);
      const contexts = new Map<number, readonly number[]>();
      for (const { user, chain, length } of changes) {
        if (length !== null) {
          const tokens = chain.slice(0, length);
          contexts.set(user, tokens);
          live.set(user, tokens.length, chainNames(Int32Array.from(chain), size, undefined));
        } else {
          contexts.delete(user);
          live.remove(user);
        }
        const full = new Set<string>();
        let rest = 0;
        let restTokens = 0;
        for (const context of contexts.values()) {
          for (let end = size; end <= context.length; end += size) {
            full.add(context.slice(0, end).join());
          }
          if (context.length % size) rest++;
          restTokens += context.length % size;
        }
        expect(live.conversations).toBe(contexts.size);
        expect(live.blocks).toBe(full.size + rest);
        expect(live.tokens).toBe(full.size * size + restTokens);
      }
    }),
    { seed: 6 },
  );
});

test('a name is the first 53 bits of its two words', () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(word, word, fc.nat(3), (high, low, block) => {
      const names = new Int32Array(10);
      names.set([high, low], 2 * block);
      const bits = (BigInt(high) << 32n) + BigInt.asUintN(32, BigInt(low));
      expect(BigInt(nameAt(names, block))).toBe(bits >> 11n);
    }),
  );
});

function commonTokens(a: readonly number[], b: readonly number[]): number {
  let common = 0;
  while (common < a.length && common < b.length && a[common] === b[common]) common++;
  return common;
}
