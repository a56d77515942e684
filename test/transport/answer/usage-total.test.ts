import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageTotal } from '../../../src/transport/answer/usage-total.ts';
import type { Usage } from '../../../src/transport/transport.ts';

interface Told {
  readonly usage: Usage;
  readonly refused?: readonly string[];
  /** In a chunk of its own. */
  readonly isClosing?: boolean;
}

function totalOf(told: readonly Told[], hasText = true) {
  const total = new UsageTotal();
  for (const { usage, refused = [], isClosing = false } of told) {
    total.add({ usage, refused }, isClosing);
  }
  expect(total.isKnown).toBe(told.length > 0);
  return total.close(hasText);
}

const closing = (usage: Usage): Told => ({ usage, isClosing: true });

test('nothing that was told is no usage, and no remark', () => {
  expect(totalOf([])).toEqual({ usage: undefined, remarks: [] });
  expect(totalOf([{ usage: {} }])).toEqual({ usage: undefined, remarks: [] });
});

test('what several chunks tell is taken together', () => {
  expect(
    totalOf([{ usage: { inputTokens: 9 } }, closing({ outputTokens: 2, queueMs: 5 })]),
  ).toEqual({
    ...{ usage: { inputTokens: 9, outputTokens: 2, queueMs: 5 }, remarks: [] },
  });
});

describe('what is told again', () => {
  test('of times and rates counts as told last', () => {
    const metrics = { queueMs: 5, tokensPerSec: 9, speculativeDecoding: { drafts: 1 } };
    const later = { queueMs: 0, tokensPerSec: 8, speculativeDecoding: { drafts: 2 } };
    expect(totalOf([{ usage: metrics }, { usage: later }])).toEqual({ usage: later, remarks: [] });
  });

  const running = ['outputTokens', 'reasoningTokens'] as const;
  const fixed = ['inputTokens', 'cachedTokens', 'createdCacheTokens', 'hostCachedTokens'] as const;
  const list = fc.array(fc.nat(4), { minLength: 1, maxLength: 6 });

  test('of a count that stays is remarked where it is another; from 0 on it may change, and to 0 it does not', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fixed), list, (name, counts) => {
        const { usage, remarks } = totalOf(
          counts.map((count) => ({ usage: { [name]: count } })),
          false,
        );
        const told = counts.filter((count) => count > 0);
        expect(usage?.[name]).toBe(told.at(-1) ?? 0);
        const isOther = counts.some((count, i) => {
          const before = counts.slice(0, i).findLast((one) => one > 0);
          return before !== undefined && count !== before;
        });
        expect(remarks).toHaveLength(Number(isOther));
      }),
    );
  });

  test('of a total that grows is remarked where it falls, or where two chunks of their own differ', () => {
    const chunks = fc.array(fc.record({ count: fc.nat(4), isClosing: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.constantFrom(...running), chunks, (name, told) => {
        const { usage, remarks } = totalOf(
          told.map(({ count, isClosing }) => ({ usage: { [name]: count }, isClosing })),
          false,
        );
        const most = (upTo: number) => Math.max(...told.slice(0, upTo).map(({ count }) => count));
        expect(usage?.[name]).toBe(most(told.length));
        const isOdd = told.some(
          ({ count, isClosing }, i) =>
            i > 0 &&
            (count < most(i) ||
              (count > most(i) && isClosing && told.slice(0, i).some((one) => one.isClosing))),
        );
        expect(remarks).toHaveLength(Number(isOdd));
      }),
    );
  });

  test('is named with what it was, and what it became, each count once', () => {
    expect(
      totalOf(
        [50, 51, 52].map((inputTokens) => closing({ inputTokens, outputTokens: inputTokens })),
      ),
    ).toEqual({
      usage: { inputTokens: 52, outputTokens: 52 },
      remarks: ['usage told twice: inputTokens 51, then 52, outputTokens 51, then 52'],
    });
  });
});

const TREE = [
  ['cachedTokens', 'inputTokens'],
  ['createdCacheTokens', 'inputTokens'],
  ['localCachedTokens', 'cachedTokens'],
  ['externalCachedTokens', 'cachedTokens'],
  ['hostCachedTokens', 'externalCachedTokens'],
  ['storageCachedTokens', 'externalCachedTokens'],
  ['reasoningTokens', 'outputTokens'],
] as const;

describe('a part', () => {
  test.each(TREE)('%s may be as large as %s, and no larger', (part, whole) => {
    const as = (some: number) => ({ [whole]: 7, [part]: some });
    expect(totalOf([{ usage: as(7) }])).toEqual({ usage: as(7), remarks: [] });
    expect(totalOf([{ usage: as(8) }])).toEqual({
      usage: { [whole]: 7 },
      remarks: [`usage is more than its whole: ${part} 8 of ${whole} 7`],
    });
  });

  test.each(TREE)('%s is believed where nobody tells %s', (part) => {
    expect(totalOf([{ usage: { [part]: 8 } }])).toEqual({ usage: { [part]: 8 }, remarks: [] });
  });

  test('of what is not believed is not believed either, and not remarked', () => {
    const untold = { inputTokens: 5, cachedTokens: 8, hostCachedTokens: 3 };
    expect(totalOf([{ usage: untold }]).usage).toEqual({ inputTokens: 5 });
    const parts = { localCachedTokens: 4, externalCachedTokens: 4, hostCachedTokens: 3 };
    const usage = { inputTokens: 5, createdCacheTokens: 5 };
    expect(totalOf([{ usage: { ...usage, cachedTokens: 8, ...parts } }])).toEqual({
      usage,
      remarks: ['usage is more than its whole: cachedTokens 8 of inputTokens 5'],
    });
  });

  test('of a prompt that counts nothing is too large', () => {
    expect(totalOf([{ usage: { inputTokens: 0, cachedTokens: 8 } }])).toEqual({
      usage: undefined,
      remarks: [
        'usage counts nothing: inputTokens 0',
        'usage is more than its whole: cachedTokens 8 of inputTokens 0',
      ],
    });
  });
});

test('counts of 0 are believed of an answer without text', () => {
  const usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 };
  expect(totalOf([{ usage }], false)).toEqual({ usage, remarks: [] });
  expect(totalOf([{ usage }])).toEqual({
    usage: { cachedTokens: 0 },
    remarks: ['usage counts nothing: inputTokens 0, outputTokens 0'],
  });
});

test('numbers that were refused are named, each once', () => {
  expect(
    totalOf([
      { usage: {}, refused: ['prompt_tokens 0.5'] },
      { usage: { outputTokens: 1 }, refused: ['prompt_tokens 0.5', 'cached_tokens -1'] },
    ]),
  ).toEqual({
    usage: { outputTokens: 1 },
    remarks: ['usage is no number of tokens: prompt_tokens 0.5, cached_tokens -1'],
  });
});
