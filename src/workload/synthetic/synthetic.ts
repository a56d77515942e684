import type { Scenario } from '../../scenario/schema.ts';
import type { Turn } from '../conversation.ts';
import { Message } from '../message.ts';
import { prefillHeaders } from '../prefill-header.ts';
import type { Source } from '../source.ts';
import type { Spoken } from '../text/spoken.ts';
import type { Texts } from '../text/texts.ts';
import { limitsOf, saying, turnPlanner } from '../turn-plan.ts';
import { openPreamble } from './open-preamble.ts';
import { openQuestions, type Questions } from './questions.ts';
import { openStandIns } from './stand-in.ts';

/** Conversations of stated lengths: a shared part, a history of each user's own, and rounds of questions. */
export async function openSynthetic(scenario: Scenario, texts: Texts): Promise<Source> {
  const planOf = turnPlanner(scenario);
  const preamble = await openPreamble(scenario, texts);
  const questionsOf = await openQuestions(scenario, texts);
  const standIn = await openStandIns(scenario, texts);
  const headersOf = prefillHeaders(scenario);
  const { answer } = scenario.conversation;
  const alike = alikePart(scenario, preamble.sharedTokens, questionsOf);
  return {
    digests: [],
    notes: alike.notes,
    conversation(userId) {
      const plan = planOf(userId);
      const question = questionsOf(userId);
      const turns = Array.from({ length: plan.rounds }, (_, turn): Turn => {
        const asked = question(turn);
        const said = turn === 0 ? preamble.firstMessage(userId, asked) : asked;
        return {
          message: new Message('user', said.text),
          messageTokens: said.tokens,
          pauseMs: plan.pauseMs(turn),
          ...limitsOf(answer, plan.answerTokens()),
          ...headersOf(turn, asked.tokens),
          recordedAnswer: undefined,
        };
      });
      return {
        userId,
        opening: preamble.opening,
        sharedTokens: alike.sharedTokens,
        turns,
        standInAnswer: (turn) => standIn(userId, turn, turns[turn]!.maxTokens),
        firstAs(turn) {
          const asked = questionAt(questionsOf(userId), turn);
          return saying(turns[turn]!, preamble.firstMessage(userId, asked));
        },
      };
    },
  };
}

/** Asked for again, in the order of the turns: what few users need is not kept for all. */
function questionAt(question: ReturnType<Questions>, turn: number): Spoken {
  for (let before = 0; before < turn; before++) question(before);
  return question(turn, true);
}

/** A fixed first question with no history before it is shared too, by every user. */
function alikePart({ conversation }: Scenario, sharedTokens: number, questionsOf: Questions) {
  const { text, question, userHistory } = conversation;
  if (text === 'hi' || !question.text || userHistory.tokens) return { sharedTokens, notes: [] };
  const questionTokens = questionsOf(0)(0).tokens ?? 0;
  return {
    sharedTokens: sharedTokens + questionTokens,
    notes: ['all users begin with the same message: no userHistory, and a fixed question.text'],
  };
}
