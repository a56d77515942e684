import { MOST } from '../../scenario/bounds.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { constantOf, countSampler } from '../draw/distribution.ts';
import { userDraws, userStream } from '../draw/draws.ts';
import type { Corpus } from '../text/corpus.ts';
import type { Spoken } from '../text/spoken.ts';
import type { Texts } from '../text/texts.ts';
import { userMarks } from '../text/user-mark.ts';
import { HI_QUESTION } from './hi.ts';

/** A user's questions, to be asked for in the order of its turns; `isFirst`: nothing was said before this one. */
export type Questions = (userId: number) => (turn: number, isFirst?: boolean) => Spoken;

/** Fixed text where the scenario gives one or says `hi`; words otherwise. */
export async function openQuestions(scenario: Scenario, texts: Texts): Promise<Questions> {
  const { text, question } = scenario.conversation;
  if (question.text) return literalQuestions(scenario, question.text, texts);
  if (text === 'hi')
    return () => (turn) => ({ text: numbered(scenario, HI_QUESTION, turn), tokens: undefined });
  return wordQuestions(scenario, await texts.corpus());
}

/** Without a history before it, the first question carries the user's mark. */
function wordQuestions({ seed, conversation }: Scenario, corpus: Corpus): Questions {
  const { question, userHistory } = conversation;
  const drawTokens = userDraws(
    seed,
    'question tokens',
    countSampler(question.tokens, 1, MOST.tokens),
  );
  const markOf = userMarks(seed, corpus.leadWords);
  return (userId) => {
    const rng = userStream(seed, userId, 'question');
    const nextTokens = drawTokens(userId);
    return (turn, isFirst = turn === 0) => {
      const tokens = nextTokens();
      const mark = isFirst && !userHistory.tokens ? markOf(userId) : undefined;
      return { text: corpus.cut(rng, tokens, mark), tokens };
    };
  };
}

/** Turns of a numbered text that are counted where the number of rounds is drawn. */
const COUNTED_TURNS_MAX = 1000;

async function literalQuestions(
  scenario: Scenario,
  template: string,
  texts: Texts,
): Promise<Questions> {
  const textOf = (turn: number) => numbered(scenario, template, turn);
  if (scenario.conversation.text === 'hi') {
    return () => (turn) => ({ text: textOf(turn), tokens: undefined });
  }
  const rounds = constantOf(scenario.conversation.rounds) ?? COUNTED_TURNS_MAX;
  const isNumbered = textOf(0) !== textOf(1);
  const turns = isNumbered ? Math.max(1, Math.min(COUNTED_TURNS_MAX, Math.round(rounds))) : 1;
  const counted = Array.from({ length: turns }, (_, turn) => textOf(turn));
  const [word, afterWord, ...counts] = await texts.count([
    WORD,
    `${WORD} ${counted[0]}`,
    ...counted,
  ]);
  const { userHistory, systemPrompt } = scenario.conversation;
  // A first question within a message may count otherwise than one that begins it.
  const isWithin = userHistory.tokens > 0 || (hasShared(scenario) && systemPrompt.role === 'user');
  const firstTokens = isWithin ? afterWord! - word! : counts[0]!;
  return () => (turn) => ({
    text: textOf(turn),
    tokens: turn === 0 ? firstTokens : counts[isNumbered ? turn : 0],
  });
}

const WORD = 'a';

function hasShared({ conversation: { systemPrompt } }: Scenario): boolean {
  return systemPrompt.tokens > 0 || Boolean(systemPrompt.text);
}

function numbered({ conversation }: Scenario, template: string, turn: number): string {
  return template.replaceAll('{turn}', String(conversation.question.firstNumber + turn));
}
