import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdealCache, type IdealOptions, type IdealTurn } from '../../src/cache/ideal.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { turnRecord } from '../record/sample.ts';

const OPTIONS: IdealOptions = {
  blockTokens: 16,
  isAnswerResent: true,
  isReasoningResent: false,
  isSharedByUsers: true,
};

function turnsOf(records: Iterable<TurnRecord>, options: Partial<IdealOptions> = {}): IdealTurn[] {
  const ideal = new IdealCache({ ...OPTIONS, ...options });
  for (const record of records) ideal.add(record);
  return ideal.close();
}

const tokens = (records: Iterable<TurnRecord>, options?: Partial<IdealOptions>) =>
  turnsOf(records, options).map(({ idealTokens }) => idealTokens);

const sum = (values: readonly (number | undefined)[]) =>
  values.reduce<number>((total, value) => total + value!, 0);

/** Rounds of all users one after the other: M rounds of a question of q and an answer of a tokens. */
function* conversations({ S, H, q, a, M, U }: Record<'S' | 'H' | 'q' | 'a' | 'M' | 'U', number>) {
  for (let turn = 0; turn < M; turn++) {
    for (let userId = 1; userId <= U; userId++) {
      yield turnRecord({
        userId,
        turn,
        turns: M,
        sentMs: 1000 * turn + userId,
        inputTokens: S + H + (turn + 1) * q + turn * a,
        outputTokens: a,
        sharedTokens: S,
      });
    }
  }
}

// Design note D.2: hit tokens / prompt tokens, verified there by enumerating blocks.
test.each([
  [1000, 2000, 24, 100, 5, 10, 16, 140_928, 137_088, 163_600],
  [1000, 20_000, 24, 100, 20, 5, 16, 2_115_808, 2_106_688, 2_220_200],
  [64, 0, 7, 33, 6, 4, 16, 3648, 3008, 4104],
  [100, 50, 13, 16, 8, 3, 16, 5616, 5328, 6348],
  [1000, 2000, 24, 100, 5, 10, 1, 141_360, 137_400, 163_600],
  [512, 512, 32, 64, 4, 6, 16, 24_160, 23_296, 28_800],
  [17, 1, 1, 1, 9, 3, 16, 464, 464, 729],
])(
  'S=%d H=%d q=%d a=%d M=%d U=%d B=%d: %d tokens, %d with other answers, of %d',
  (S, H, q, a, M, U, blockTokens, identical, changed, prompt) => {
    const records = [...conversations({ S, H, q, a, M, U })];
    expect(sum(records.map(({ inputTokens }) => inputTokens))).toBe(prompt);
    expect(sum(tokens(records, { blockTokens }))).toBe(identical);
    expect(sum(tokens(records, { blockTokens, isAnswerResent: false }))).toBe(changed);
  },
);

const first = (fields: Partial<TurnRecord> = {}) =>
  turnRecord({ turns: 9, sentMs: 0, inputTokens: 1032, outputTokens: 100, ...fields });
const second = (fields: Partial<TurnRecord> = {}) =>
  first({ turn: 1, sentMs: 500, inputTokens: 1150, ...fields });

test('the first user to send the shared part finds nothing, the others whole blocks of it', () => {
  expect(tokens([first({ userId: 9 }), first({ userId: 2, sentMs: 5 })])).toEqual([992, 0]);
  expect(tokens([first({ userId: 9 }), first({ userId: 2 })])).toEqual([0, 992]);
  const salted = { isSharedByUsers: false };
  expect(tokens([first({ userId: 9 }), first({ userId: 2, sentMs: 5 })], salted)).toEqual([0, 0]);
});

test('the last token of a prompt is always computed', () => {
  const records = [first(), first({ userId: 2, sentMs: 5, inputTokens: 992, sharedTokens: 992 })];
  expect(tokens(records)).toEqual([0, 976]);
});

test("a later turn finds the previous prompt and answer, but for the answer's last token", () => {
  // floor((1032 + 100 - 1) / 16) * 16
  expect(tokens([first(), second()])).toEqual([0, 1120]);
});

test('an answer with reasoning does not come back as it was, unless the reasoning does', () => {
  const records = [first({ reasoningTokens: 40 }), second()];
  expect(tokens(records)).toEqual([0, 1024]);
  expect(tokens(records, { isReasoningResent: true })).toEqual([0, 1120]);
});

test('where the template left out what was said, the new message is still not in the cache', () => {
  const whole = { isReasoningResent: true };
  const shorter = second({ inputTokens: 1080, messageTokens: 40 });
  // floor((1080 - 40) / 16) * 16, and not the 1072 of all but the last token.
  expect(tokens([first({ reasoningTokens: 80 }), shorter], whole)).toEqual([0, 1040]);
});

test('a failed turn is not in the history: the one before it is', () => {
  const failed = second({ status: 'timeout', outputTokens: undefined } as Partial<TurnRecord>);
  expect(tokens([first(), failed, second({ turn: 2, sentMs: 900 })])).toEqual([0, 1120]);
});

test.each([
  ['input', { inputTokens: undefined }, [undefined, undefined]],
  ['output', { outputTokens: undefined }, [0, undefined]],
  ['usage (counted locally)', { tokensFrom: 'local' }, [undefined, undefined]],
])('without the %s of a turn, what depends on it is unknown', (_, fields, expected) => {
  expect(tokens([first(fields as Partial<TurnRecord>), second()])).toEqual(expected);
});

test('a first turn that the warm-up played is cached as a whole; the warm-up itself is not listed', () => {
  const warm = first({ phase: 'warmup' });
  expect(turnsOf([warm, first({ sentMs: 50 })])).toEqual([
    { userId: 1, turn: 0, inputTokens: 1032, cachedTokens: 992, idealTokens: 1024 },
  ]);
  const short = first({ phase: 'warmup', inputTokens: 20, sharedTokens: 0 });
  expect(tokens([short, first({ sentMs: 50 })])).toEqual([0]);
});

test('any order and any split of the records gives the same turns', () => {
  const records = [...conversations({ S: 100, H: 50, q: 13, a: 16, M: 4, U: 4 })];
  const expected = turnsOf(records);
  fc.assert(
    fc.property(
      fc.shuffledSubarray(records, { minLength: records.length }),
      fc.nat(15),
      (dealt, cut) => {
        const [a, b] = [new IdealCache(OPTIONS), new IdealCache(OPTIONS)];
        for (const record of dealt.slice(0, cut)) a.add(record);
        for (const record of dealt.slice(cut)) b.add(record);
        a.merge(b);
        expect(a.close()).toEqual(expected);
      },
    ),
  );
});
