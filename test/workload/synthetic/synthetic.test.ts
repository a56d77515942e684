import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ScenarioInput } from '../../../src/scenario/schema.ts';
import type { Conversation, Workload } from '../../../src/workload/conversation.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { loadTokenizer, type Tokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';
import { scenarioOf, scratchDir, shortText } from '../scratch.ts';

const dir = scratchDir();
const textFile = shortText(scratchDir());

async function open(conversation: object, rest: ScenarioInput = {}): Promise<Workload> {
  return openWorkload(scenarioOf({ textFile, ...conversation }, rest), { cacheDir: dir });
}

let gpt2: Tokenizer;
beforeAll(async () => {
  gpt2 = await loadTokenizer('gpt2');
});

/** The first request's text, as token ids, message after message. */
function promptIds({ opening, turns }: Conversation): number[] {
  return [...opening, turns[0]!.message].flatMap(({ text }) => gpt2.encode(text));
}

function sharedLength(a: readonly number[], b: readonly number[]): number {
  const end = a.findIndex((id, i) => id !== b[i]);
  return end < 0 ? a.length : end;
}

describe('lengths', () => {
  test.each([
    // role, S, H, q
    ['system', 300, 700, 20],
    ['user', 300, 700, 20],
    ['system', 0, 100, 1],
    ['user', 50, 0, 10],
    ['system', 0, 0, 8],
    ['system', 1, 1, 1],
  ])('with a shared part of role %s: %i + %i + %i tokens, exactly', async (role, s, h, q) => {
    const { conversation } = await open({
      systemPrompt: { tokens: s, role },
      userHistory: { tokens: h },
      question: { tokens: q },
      rounds: 3,
    });
    for (const userId of [0, 1, 77_777]) {
      const { opening, turns, sharedTokens } = conversation(userId);
      const first = turns[0]!;
      const isOpening = role === 'system' && s > 0;
      expect(opening.map((message) => [message.role, gpt2.count(message.text)])).toEqual(
        isOpening ? [['system', s]] : [],
      );
      expect(sharedTokens).toBe(s);
      expect(first.messageTokens).toBe((isOpening ? 0 : s) + h + q);
      for (const turn of turns) expect(gpt2.count(turn.message.text)).toBe(turn.messageTokens);
      expect(turns.slice(1).map((turn) => turn.messageTokens)).toEqual([q, q]);
    }
  });

  test('follow their distributions, of rounds, questions, answers and pauses', async () => {
    const { conversation } = await open(
      {
        question: { tokens: { distribution: 'uniform', min: 5, max: 9 } },
        rounds: { distribution: 'uniform', min: 2, max: 4 },
        answer: { tokens: { distribution: 'data', values: [10, 20] }, force: true },
      },
      { pacing: { pauseSec: { distribution: 'uniform', min: 1, max: 2 } } },
    );
    const turns = Array.from({ length: 60 }, (_, userId) => conversation(userId).turns);
    const later = turns.flatMap((list) => list.slice(1));
    expect(new Set(turns.map(({ length }) => length))).toEqual(new Set([2, 3, 4]));
    expect(new Set(later.map((turn) => turn.messageTokens))).toEqual(new Set([5, 6, 7, 8, 9]));
    expect(new Set(later.map((turn) => turn.maxTokens))).toEqual(new Set([10, 20]));
    expect(later.every((turn) => turn.minTokens === turn.maxTokens)).toBe(true);
    expect(later.every(({ pauseMs }) => pauseMs >= 1000 && pauseMs < 2000)).toBe(true);
    expect(turns.every((list) => list[0]!.pauseMs === 0)).toBe(true);
  });

  test('of answers are not limited by default, and not forced', async () => {
    const { turns } = (await open({})).conversation(1);
    expect(turns[0]).toMatchObject({ maxTokens: undefined, minTokens: undefined });
  });
});

describe('M-12 what users share', () => {
  test.each([
    ['system', 64, 200],
    ['user', 64, 200],
    ['system', 0, 50],
    ['user', 40, 0],
    ['system', 0, 0],
  ])('is the declared part and not one token more: role %s, S %i, H %i', async (role, s, h) => {
    const { conversation } = await open({
      systemPrompt: { tokens: s, role },
      userHistory: { tokens: h },
    });
    const id = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(id, id, (a, b) => {
        fc.pre(a !== b);
        const shared = sharedLength(promptIds(conversation(a)), promptIds(conversation(b)));
        expect(shared).toBe(s);
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  test('is a message made once', async () => {
    const { conversation } = await open({ systemPrompt: { tokens: 10 } });
    expect(conversation(1).opening[0]).toBe(conversation(2).opening[0]);
  });

  test('is the fixed question too, where no history comes before it', async () => {
    const { conversation, notes } = await open({
      systemPrompt: { tokens: 10 },
      question: { text: 'Tell me more, please.' },
    });
    const ids = promptIds(conversation(1));
    expect(promptIds(conversation(2))).toEqual(ids);
    expect(conversation(1).sharedTokens).toBe(ids.length);
    expect(notes.join()).toMatch(/all users begin with the same message/);
  });
});

describe('texts of one’s own', () => {
  test('replace words, are numbered, and are counted where they stand', async () => {
    const { conversation } = await open({
      systemPrompt: { text: 'You are a helpful assistant.' },
      userHistory: { tokens: 30 },
      question: { text: 'Question {turn}: why?', firstNumber: 0 },
      rounds: 12,
    });
    const { opening, turns, sharedTokens } = conversation(5);
    expect(opening[0]!.text).toBe('You are a helpful assistant.');
    expect(sharedTokens).toBe(gpt2.count(opening[0]!.text));
    expect(turns[0]!.message.text).toMatch(/ Question 0: why\?$/);
    expect(turns[11]!.message.text).toBe('Question 11: why?');
    for (const turn of turns) expect(turn.messageTokens).toBe(gpt2.count(turn.message.text));
  });
});

describe('M-70 chance', () => {
  test('gives a user the same conversation in every process and order', async () => {
    const settings = {
      userHistory: { tokens: 40 },
      rounds: { distribution: 'exponential', mean: 4 },
    };
    const [a, b] = [await open(settings), await open(settings)];
    b.conversation(9);
    expect(texts(b.conversation(3))).toEqual(texts(a.conversation(3)));
    expect(texts(a.conversation(3))).toEqual(texts(a.conversation(3)));
  });

  test('of another seed says other things', async () => {
    const [a, b] = [await open({}, { seed: 1 }), await open({}, { seed: 2 })];
    expect(texts(a.conversation(3))).not.toEqual(texts(b.conversation(3)));
  });

  test('for one setting does not shift what is drawn for others', async () => {
    const plain = await open({ rounds: 3 });
    const paced = await open(
      { rounds: 3, answer: { tokens: { distribution: 'exponential', mean: 9 } } },
      { pacing: { pauseSec: { distribution: 'exponential', mean: 9 } } },
    );
    expect(texts(paced.conversation(3))).toEqual(texts(plain.conversation(3)));
  });

  function texts({ turns }: Conversation): string[] {
    return turns.map(({ message }) => message.text);
  }
});
