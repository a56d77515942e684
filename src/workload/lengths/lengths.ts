import { stream } from '../../base/random.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { replayOf } from '../item-of-user.ts';
import { Message } from '../message.ts';
import type { Source } from '../source.ts';
import { commonBeginnings } from '../text/common-beginning.ts';
import type { Texts } from '../text/texts.ts';
import { userMarks } from '../text/user-mark.ts';
import { limitsOf } from '../turn-plan.ts';
import { type LengthsOptions, type PlannedLengths, planLengths } from './planned-lengths.ts';

/**
 * Requests of one turn each, of which the lengths are known: said with the prompt of a pool that is nearest in
 * both, else with so many words that no other begins with.
 */
export async function openLengths(
  scenario: Scenario,
  options: LengthsOptions & { readonly texts: Texts },
): Promise<Source> {
  const planned = await planLengths(scenario, options);
  const { conversations, arrivalsMs, digests, notes, pool } = planned;
  const said = pool.length
    ? await pooled(planned, scenario, options.texts)
    : words(scenario.seed, await options.texts.corpus());
  const { answer: asked, lengths } = scenario.conversation;
  const { ceilingTokens = Infinity } = asked;
  const answer = {
    ...asked,
    ceilingTokens: Math.min(ceilingTokens, lengths?.maxOutputTokens ?? Infinity),
  };
  return {
    ...(conversations !== undefined && { conversations }),
    ...(arrivalsMs && { arrivalsMs }),
    digests,
    notes,
    conversation(userId) {
      const { inputTokens, outputTokens } = planned.of(userId);
      const { text, tokens, sharedTokens, sharedWith, firstUser } = said(userId, inputTokens);
      return {
        userId,
        opening: [],
        sharedTokens,
        ...(sharedWith !== undefined && { sharedWith }),
        ...(firstUser !== undefined && replayOf(userId, firstUser)),
        turns: [
          {
            message: new Message('user', text),
            messageTokens: tokens,
            pauseMs: 0,
            ...(arrivalsMs && { dueMs: 0 }),
            ...limitsOf(answer, outputTokens),
            recordedAnswer: undefined,
          },
        ],
        standInAnswer: () => new Message('assistant', ''),
      };
    },
  };
}

interface SaidOnce {
  readonly text: string;
  readonly tokens: number;
  readonly sharedTokens: number;
  readonly sharedWith?: number | undefined;
  /** Who says the same before all others. */
  readonly firstUser?: number | undefined;
}

type Say = (userId: number, inputTokens: number) => SaidOnce;

function words(seed: string | number, corpus: Awaited<ReturnType<Texts['corpus']>>): Say {
  const markOf = userMarks(seed, corpus.leadWords);
  return (userId, tokens) => ({
    text: corpus.cut(stream(seed, 'user', userId, 'words'), tokens, markOf(userId)),
    tokens,
    sharedTokens: 0,
  });
}

/** A prompt that was said before is shared whole; of any other what another of the pool begins with. */
async function pooled(
  { of, pool }: PlannedLengths,
  { population }: Scenario,
  texts: Texts,
): Promise<Say> {
  const prompts = pool.map(({ text }) => text);
  const beginnings = commonBeginnings(prompts);
  const counts = await texts.count([...prompts, ...beginnings.map(({ text }) => text)]);
  const firstUser = new Map<number, number>();
  let next = population.firstUserId;
  return (userId) => {
    for (; next <= userId; next++) {
      const { place } = of(next).pooled!;
      if (!firstUser.has(place)) firstUser.set(place, next);
    }
    const { place, prompt } = of(userId).pooled!;
    const isRepeated = (firstUser.get(place) ?? userId) < userId;
    const sharedWith = firstUser.get(isRepeated ? place : (beginnings[place]!.place ?? -1));
    const tokens = counts[place]!;
    return {
      text: prompt.text,
      tokens,
      sharedTokens: isRepeated ? tokens : counts[pool.length + place]!,
      sharedWith,
      firstUser: firstUser.get(place),
    };
  };
}
