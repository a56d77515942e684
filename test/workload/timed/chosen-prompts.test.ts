import { describe, expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import {
  type ChosenPrompts,
  type CountedPrompt,
  chosenPrompts,
} from '../../../src/workload/timed/chosen-prompts.ts';
import { matching } from '../../../src/workload/timed/length-match.ts';
import { madePrompts } from '../../../src/workload/timed/prompts.ts';
import { sessionWindow } from '../../../src/workload/timed/session-window.ts';
import { wordsCorpus } from './words-corpus.ts';

const row = (tokens: number, completionTokens?: number, session?: number): CountedPrompt => ({
  prompt: `p${tokens}`,
  tokens,
  completionTokens,
  session,
});

function prompts(rows: readonly CountedPrompt[][], rest: Partial<ChosenPrompts> = {}) {
  return chosenPrompts({
    seed: 1,
    data: rows,
    isSessioned: false,
    maxSessions: 1,
    lengths: 'exact',
    fitted: ({ prompt }, tokens) => `${prompt} as ${tokens}`,
    ...rest,
  });
}

describe('prompts of a data set', () => {
  test('where no length is asked for, all of them come before any comes again', () => {
    const { next } = prompts([[row(10, 1)], [row(20, 2)], [row(30)]]);
    const rounds = Array.from({ length: 4 }, () =>
      Array.from({ length: 3 }, () => next({ atMs: 0 })!),
    );
    for (const round of rounds) {
      const said = round.map(({ prompt, output_length }) => [prompt, output_length]);
      expect(said.sort()).toEqual([
        ['p10', 1],
        ['p20', 2],
        ['p30', null],
      ]);
    }
    expect(
      new Set(rounds.map((round) => round.map(({ prompt }) => prompt).join())).size,
    ).toBeGreaterThan(1);
  });

  test('exact: the prompt is made as long as asked, and the answer asked for', () => {
    const { next } = prompts([[row(100, 7)], [row(1000, 8)]]);
    expect(next({ atMs: 0, inputTokens: 105, outputTokens: 33 })).toEqual({
      prompt: 'p100 as 105',
      prompt_length: 105,
      output_length: 33,
    });
    expect(next({ atMs: 0, inputTokens: 1000 })).toEqual({
      prompt: 'p1000',
      prompt_length: 1000,
      output_length: 8,
    });
  });

  test("nearest: the prompt is as it is, and so is its answer's length", () => {
    const { next } = prompts([[row(100, 7)], [row(1000)]], { lengths: 'nearest' });
    expect(next({ atMs: 0, inputTokens: 130, outputTokens: 9 })).toMatchObject({
      prompt: 'p100',
      prompt_length: 100,
      output_length: 7,
    });
    expect(next({ atMs: 0, inputTokens: 900, outputTokens: 9 })).toMatchObject({
      prompt: 'p1000',
      output_length: 9,
    });
  });
});

describe('001-23 sessions', () => {
  const sessions = Array.from({ length: 12 }, (_, session) =>
    Array.from({ length: 3 }, (_, turn) => ({ session, turn })),
  );

  test.each([1, 3, 5, 100])('at most %d are under way at a time', (width) => {
    const next = sessionWindow(sessions, width, stream(1, 'test'));
    const turns = Array.from({ length: 36 }, () => next()!);
    expect(next()).toBeUndefined();
    let most = 0;
    for (let at = 0; at < turns.length; at++) {
      const before = new Set(turns.slice(0, at + 1).map(({ session }) => session));
      const open = [...before].filter((session) =>
        turns.slice(at).some((turn) => turn.session === session),
      );
      most = Math.max(most, open.length);
    }
    if (width <= 5) expect(most).toBe(width);
    else expect(most).toBeGreaterThan(5);
    for (const session of sessions.keys()) {
      const own = turns.filter((turn) => turn.session === session);
      expect(own.map(({ turn }) => turn)).toEqual([0, 1, 2]);
    }
  });

  test('a request has the id of its session, and none follows the last turn', () => {
    const { next } = prompts([[row(5, 3, 7), row(6, undefined, 7)]], { isSessioned: true });
    expect(next({ atMs: 0 })).toEqual({
      prompt: 'p5',
      prompt_length: 5,
      output_length: 3,
      session_id: 7,
    });
    expect(next({ atMs: 0 })).toMatchObject({ prompt: 'p6', output_length: null, session_id: 7 });
    expect(next({ atMs: 0 })).toBeUndefined();
  });
});

describe('lengths that match', () => {
  const rows = [row(100, 10), row(140, 90), row(160, 12), row(400), row(4000, 5)];
  /** All that come when it is asked often. */
  const found = (...asked: [number | undefined, number | undefined]) => {
    const match = matching(rows, 0.5, stream(2, 'test'));
    const tokens = Array.from({ length: 60 }, () => match(...asked)!.tokens);
    return [...new Set(tokens)].sort((a, b) => a - b);
  };

  test('are any within the tolerance', () => {
    expect(found(120, undefined)).toEqual([100, 140, 160]);
    expect(found(120, 10)).toEqual([100, 160]);
    expect(found(undefined, 90)).toEqual([140, 400]);
  });

  test('are looked for further away where there are none, and then the nearest is taken', () => {
    expect(found(1000, undefined)).toEqual([400]);
    expect(found(2200, undefined)).toEqual([400, 4000]);
    expect(found(1_000_000, undefined)).toEqual([4000]);
    expect(found(10, undefined)).toEqual([100]);
  });

  test('of nothing are none', () => {
    expect(matching([], 0.5, stream(1, 'test'))(5, 5)).toBeUndefined();
  });
});

describe('prompts that are made', () => {
  const made = () => madePrompts({ seed: 1, corpus: wordsCorpus(), blockTokens: 16 });

  test('have the length asked for, and begin differently', () => {
    const { next } = made();
    const texts = Array.from({ length: 50 }, (_, i) => next({ atMs: 0, inputTokens: i + 1 })!);
    for (const [i, { prompt, prompt_length }] of texts.entries()) {
      expect(prompt_length).toBe(i + 1);
      expect(prompt.split(' ')).toHaveLength(i + 1);
    }
    expect(new Set(texts.map(({ prompt }) => prompt.split(' ')[0])).size).toBe(50);
  });

  test('001-22 of a trace: the same blocks are the same words, in prompts of the exact length', () => {
    const { next } = made();
    const one = next({ atMs: 0, inputTokens: 40, hashIds: [1, 2, 3] })!;
    const two = next({ atMs: 0, inputTokens: 37, hashIds: [1, 2, 9] })!;
    const again = next({ atMs: 0, inputTokens: 40, hashIds: [1, 2, 3] })!;
    expect(again).toEqual(one);
    expect(one.prompt.split(' ')).toHaveLength(40);
    expect(two.prompt.split(' ')).toHaveLength(37);
    expect(two.prompt.split(' ').slice(0, 32)).toEqual(one.prompt.split(' ').slice(0, 32));
    expect(two.prompt.split(' ')[32]).not.toBe(one.prompt.split(' ')[32]);
  });

  test('what is behind the last named block is like no other', () => {
    const { next } = made();
    const [one, two] = [1, 2].map(() => next({ atMs: 0, inputTokens: 20, hashIds: [1] })!);
    expect(one!.prompt.split(' ')).toHaveLength(20);
    expect(one!.prompt.split(' ')[16]).not.toBe(two!.prompt.split(' ')[16]);
  });
});
