import { describe, expect, onTestFinished, test } from 'vitest';
import { promptsOf } from '../../../src/engine/embedded.ts';
import { retokenised } from '../../../src/engine/prompt/retokenised.ts';
import type { DefectOptions } from '../../../src/scenario/defects.ts';
import { type EngineOptions, engineSchema } from '../../../src/scenario/engine.ts';
import { Message } from '../../../src/workload/message.ts';
import { optionsOf, words, wordTokenizer } from '../../support/engine-rig.ts';
import {
  ANSWER_TOKENS,
  inProcess,
  overHttp,
  QUESTION_TOKENS,
  type Seam,
  type Talk,
  type Turn,
  talk,
} from './reuse-rig.ts';

const TURNS = 4;
const REASONING_TOKENS = 3;
/** BEGIN, role and END of a message. */
const FRAME_TOKENS = 3;
/** An answer's END, the question, and the BEGIN and role of the next answer. */
const BETWEEN_TOKENS = 1 + FRAME_TOKENS + QUESTION_TOKENS + 2;
const DRIFT_TOKENS = 2;

function defects(some: Partial<DefectOptions>): Partial<EngineOptions> {
  return { defects: { ...engineSchema.parse({}).defects, ...some } };
}

const thinking: Partial<EngineOptions> = { reasoningTokens: REASONING_TOKENS, answerCv: 0 };
const contentTokens = ANSWER_TOKENS - REASONING_TOKENS - 2;

/** Token at which the answer comes back as another one, from its text and the seed. */
function placeOf({ content }: Turn): number {
  const ids = Int32Array.from(wordTokenizer().encode(content));
  const other = retokenised(ids, { share: 1, seed: 0 });
  return ids.findIndex((id, i) => id !== other[i]);
}

interface Case {
  readonly title: string;
  readonly options: Partial<EngineOptions>;
  readonly habits?: Omit<Talk, 'turns'>;
  /** Tokens of the answer that are in the next prompt. */
  readonly kept: number;
  /** Tokens of the cached sequence that the next prompt begins with, given the turn and its prompt. */
  common(promptTokens: number, turn: Turn): number;
}

// The last token of an answer was never computed, so that no hit reaches it.
const whole = (promptTokens: number) => promptTokens + ANSWER_TOKENS - 1;
const promptOnly = (promptTokens: number) => promptTokens;

const CASES: readonly Case[] = [
  {
    title: 'answers that come back as they were are found whole',
    options: {},
    kept: ANSWER_TOKENS,
    common: whole,
  },
  {
    title: 'reasoning that is sent back is found with its answer',
    options: thinking,
    habits: { keepReasoning: true },
    kept: ANSWER_TOKENS,
    common: whole,
  },
  {
    title: 'where the client drops the reasoning, the hit ends before it',
    options: thinking,
    kept: contentTokens,
    common: promptOnly,
  },
  {
    title: 'thinkingStripped: the template drops the reasoning that the client sent',
    options: { ...thinking, ...defects({ thinkingStripped: true }) },
    habits: { keepReasoning: true },
    kept: contentTokens,
    common: promptOnly,
  },
  {
    title: 'retokenised: the hit ends inside the answer',
    options: defects({ retokenised: 1 }),
    kept: ANSWER_TOKENS,
    common: (promptTokens, turn) => promptTokens + placeOf(turn),
  },
  {
    title:
      'templateDrift generationPrompt: the hit ends before the tokens that only the newest prompt has',
    options: defects({ templateDrift: 'generationPrompt' }),
    kept: ANSWER_TOKENS,
    common: (promptTokens) => promptTokens - DRIFT_TOKENS,
  },
];

const SEAMS = [
  ['in process', inProcess],
  ['over HTTP', overHttp],
] as const;

async function play(
  open: (options: Partial<EngineOptions>) => Promise<Seam>,
  options: Partial<EngineOptions>,
  habits: Omit<Talk, 'turns'> = {},
): Promise<Turn[]> {
  const seam = await open(options);
  onTestFinished(() => seam.close());
  return talk(seam, { turns: TURNS, ...habits });
}

describe.each(SEAMS)('%s', (_, open) => {
  describe.each([1, 4])('in blocks of %d', (blockTokens) => {
    test.each(CASES)('$title', async ({ options, habits, kept, common }) => {
      const turns = await play(open, { blockTokens, ...options }, habits);
      expect(turns[0]!.usage.cachedTokens).toBe(0);
      for (const [i, turn] of turns.slice(1).entries()) {
        const before = turns[i]!;
        const promptTokens = before.usage.inputTokens!;
        expect(turn.usage.inputTokens).toBe(promptTokens + kept + BETWEEN_TOKENS);
        const blocks = Math.floor(common(promptTokens, before) / blockTokens);
        expect(turn.usage.cachedTokens).toBe(blocks * blockTokens);
      }
    });
  });

  test('reasoning comes first, in deltas of its own, without its marks, and is counted', async () => {
    const [turn] = await play(open, thinking);
    expect(turn!.kinds).toEqual([
      ...Array(REASONING_TOKENS).fill('reasoning'),
      ...Array(contentTokens).fill('content'),
    ]);
    expect(turn!.usage).toMatchObject({
      outputTokens: ANSWER_TOKENS,
      reasoningTokens: REASONING_TOKENS,
    });
    expect(turn!.content + turn!.reasoning).not.toContain('think');
  });
});

test('without a stream the message has the reasoning beside its content', async () => {
  const whole = (options: Partial<EngineOptions>) => overHttp(options, { stream: false });
  const [unstreamed] = await play(whole, thinking);
  const [streamed] = await play(overHttp, thinking);
  expect(unstreamed!.kinds).toEqual(['reasoning', 'content']);
  expect(unstreamed).toMatchObject({ reasoning: streamed!.reasoning, content: streamed!.content });
});

test('templateDrift clock: hits within the minute of the engine, and none after it', async () => {
  const drift = { blockTokens: 1, ...defects({ templateDrift: 'clock' }) };
  const within = await play(inProcess, drift);
  for (const [i, turn] of within.slice(1).entries()) {
    expect(turn.usage.cachedTokens).toBe(whole(within[i]!.usage.inputTokens!));
  }
  const apart = await play(inProcess, drift, { pauseMs: 60_000 });
  expect(apart.map(({ usage }) => usage.cachedTokens)).toEqual(Array(TURNS).fill(0));
});

test('retokenised: that share of answers, alike whenever they come back, after any of their tokens', () => {
  const answers = Array.from({ length: 4000 }, (_, i) => Int32Array.of(i, 1, 2, 3, 4));
  const places = answers.map((ids) => {
    const other = retokenised(ids, { share: 0.3, seed: 7 });
    expect(retokenised(ids, { share: 0.3, seed: 7 })).toEqual(other);
    expect(other).toHaveLength(ids.length);
    return ids.findIndex((id, at) => id !== other[at]);
  });
  const hurt = places.filter((place) => place >= 0);
  // Standard error: 0.007.
  expect(Math.abs(hurt.length / answers.length - 0.3)).toBeLessThan(0.025);
  expect(new Set(hurt)).toEqual(new Set([1, 2, 3, 4]));
});

test('what is not an answer is never retokenised', () => {
  const text = words.slice(0, 5).map((word) => word.text);
  const [hurt, sound] = [1, 0].map((share) => {
    const options = optionsOf(defects({ retokenised: share }));
    const prompts = promptsOf(wordTokenizer(), { now: () => 0 } as never, options);
    return [...prompts.chat([new Message('system', text.join('')), new Message('user', text[0]!)])];
  });
  expect(hurt).toEqual(sound);
});

test('completions have reasoning in their text, and read its marks as the tokens they were', () => {
  const prompts = promptsOf(wordTokenizer(), { now: () => 0 } as never, optionsOf(thinking));
  const [open, close] = ['<think>', '</think>'].map((mark) => [...prompts.text(mark)]);
  expect([open!.length, close!.length]).toEqual([1, 1]);
  const plain = wordTokenizer().encode(' waa wab');
  expect([...prompts.text('<think> waa</think> wab')]).toEqual([
    ...open!,
    plain[0],
    ...close!,
    plain[1],
  ]);
});
