import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IdealCache, type IdealOptions, type IdealTurn } from '../../src/cache/ideal.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { turnRecord } from '../record/sample.ts';
import { closedForms, type Shape } from '../support/closed-forms.ts';

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

/** Rounds of all users one after the other. */
function* conversations(shape: Omit<Shape, 'blockTokens'>) {
  const { shared, history, question, answer, rounds, users } = shape;
  for (let turn = 0; turn < rounds; turn++) {
    for (let userId = 1; userId <= users; userId++) {
      yield turnRecord({
        userId,
        turn,
        turns: rounds,
        sentMs: 1000 * turn + userId,
        inputTokens: shared + history + (turn + 1) * question + turn * answer,
        outputTokens: answer,
        sharedTokens: shared,
      });
    }
  }
}

// Design note D.2: verified there by enumerating blocks.
test.each(closedForms)('%s', (_, { shape, hits, hitsOfOthers, prompts }) => {
  const { blockTokens } = shape;
  const records = [...conversations(shape)];
  expect(sum(records.map(({ inputTokens }) => inputTokens))).toBe(prompts);
  expect(sum(tokens(records, { blockTokens }))).toBe(hits);
  expect(sum(tokens(records, { blockTokens, isAnswerResent: false }))).toBe(hitsOfOthers);
});

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
  // By one token alone: 1131 of 1032 + 100, less 40.
  const barely = second({ inputTokens: 1131, messageTokens: 40 });
  expect(tokens([first(), barely])).toEqual([0, 1088]);
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
    {
      ...{ userId: 1, turn: 0, inputTokens: 1032, cachedTokens: 992, idealTokens: 1024 },
      ...{ sharedTokens: 1000, begins: 'replayed' },
    },
  ]);
  const short = first({ phase: 'warmup', inputTokens: 20, sharedTokens: 0 });
  expect(tokens([short, first({ sentMs: 50 })])).toEqual([0]);
});

test('a conversation that is played again finds its first prompt, however far it had come', () => {
  const before = [first({ phase: 'warmup' }), second({ phase: 'warmup' })];
  expect(tokens([...before, first({ sentMs: 900 })])).toEqual([1024]);
  // Another first prompt is not the one that is there.
  const other = first({ sentMs: 900, inputTokens: 1033, sharedTokens: 0 });
  expect(tokens([...before, other])).toEqual([0]);
  // Only a first turn is played again: one that has no turn before it is as new as its shared part.
  expect(tokens([first({ turn: 2 }), first({ turn: 2, sentMs: 5 })])).toEqual([0, 0]);
});

describe('the same data played again', () => {
  const again = { userId: 7, replayOf: 1, sharedTokens: 0 };
  const played = [first(), second()];
  const later = (turn: typeof first, fields: Partial<TurnRecord> = {}) =>
    turn({ ...again, sentMs: turn === first ? 5000 : 5500, ...fields });

  test('a first turn finds all of its prompt, whoever sent it before', () => {
    expect(tokens([...played, later(first)])).toEqual([0, 1120, 1024]);
    const before = later(first, { sentMs: -1 });
    expect(tokens([...played, before])).toEqual([1024, 1120, 0]);
    expect(tokens([...played, later(first)], { isSharedByUsers: false })).toEqual([0, 1120, 0]);
    expect(tokens([...played, later(first, { inputTokens: 1033 })])).toEqual([0, 1120, 0]);
  });

  test('behind recorded answers every later turn does', () => {
    const recorded = { isAnswerResent: false };
    const records = [...played, later(first), later(second)];
    expect(tokens(records, recorded)).toEqual([0, 1024, 1024, 1136]);
  });

  test("behind the engine's own answers it does where it found more than its own conversation had", () => {
    const records = (cachedTokens: number) => [
      ...[...played, later(first)],
      later(second, { cachedTokens }),
    ];
    expect(tokens(records(1120))).toEqual([0, 1120, 1024, 1120]);
    expect(tokens(records(1121))).toEqual([0, 1120, 1024, 1136]);
    // A turn that shows it shows it of all before it, of which one found nothing new.
    const third = (fields: Partial<TurnRecord>) =>
      first({ turn: 2, inputTokens: 1270, sentMs: 900, ...fields });
    const longer = (cachedTokens: number) => [
      ...[...played, third({}), later(first), later(second, { cachedTokens: 0 })],
      third({ ...again, sentMs: 6000, cachedTokens }),
    ];
    expect(tokens(longer(1249)).slice(3)).toEqual([1024, 1136, 1264]);
    expect(tokens(longer(1248)).slice(3)).toEqual([1024, 1120, 1248]);
    // In mid-conversation another answer stands before it than the one that was made.
    const found = later(second, { cachedTokens: 1121 });
    expect(tokens([...played, found])).toEqual([0, 1120, 0]);
  });
});

test('turns that were sent at once are in their order', () => {
  expect(tokens([second({ sentMs: 0 }), first()])).toEqual([0, 1120]);
});

test('a prompt that nobody sent, and what an agent asks, is not listed', () => {
  const agent = first({ agent: { id: 0, place: 0 } });
  expect(turnsOf([agent, { ...first(), sentMs: undefined } as TurnRecord])).toEqual([]);
  expect(turnsOf([first({ status: 'timeout' })])).toEqual([]);
});

test('an input of less than a block finds nothing, also where its own message is longer than it', () => {
  expect(tokens([first(), second({ inputTokens: 0 })])).toEqual([0, 0]);
  expect(tokens([first(), second({ inputTokens: 900, messageTokens: 1000 })])).toEqual([0, 0]);
});

test('times of parts are on one timeline: the first sender is the first on that', () => {
  const ideal = new IdealCache(OPTIONS);
  ideal.add(first({ userId: 1 }), 500);
  ideal.add(first({ userId: 2, sentMs: 400 }), 0);
  expect(ideal.close().map(({ idealTokens }) => idealTokens)).toEqual([992, 0]);
});

test('any order and any split of the records gives the same turns', () => {
  const lengths = { shared: 100, history: 50, question: 13, answer: 16 };
  const records = [...conversations({ ...lengths, rounds: 4, users: 4 })];
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
