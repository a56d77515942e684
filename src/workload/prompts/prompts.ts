import { UsageError } from '../../base/errors.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Turn } from '../conversation.ts';
import { contentDigest } from '../files/content-digest.ts';
import { itemOfUser, replayOf } from '../item-of-user.ts';
import { Message } from '../message.ts';
import type { Source } from '../source.ts';
import { commonBeginnings } from '../text/common-beginning.ts';
import type { Texts } from '../text/texts.ts';
import { limitsOf, turnPlanner } from '../turn-plan.ts';
import { chosenPrompts } from './choose.ts';
import { expectedBy, type Prompt, readPrompts } from './read-prompts.ts';

/**
 * A list of prompts, each a conversation of one user message: user `firstUserId + i` says prompt i of those that
 * are chosen. A limit is `answer.tokens`, else the prompt's own length of answer; without either none is sent.
 */
export async function openPrompts(
  scenario: Scenario,
  { texts, cacheDir }: { texts: Texts; cacheDir: string },
): Promise<Source> {
  const { file: named, promptPrefix = '', prompts: choice } = scenario.conversation;
  const file = named!;
  const read = await readPrompts(file);
  const expectedOf = expectedBy(scenario, read, file);
  const inputs = choice && (await texts.count(read.map(({ text }) => promptPrefix + text)));
  const prompts = choice ? chosenPrompts(scenario, { all: read, inputs: inputs! }) : read;
  if (!prompts.length) {
    throw new UsageError(
      `conversation.prompts: none of the ${read.length} prompts of ${file} is left; expected bounds that some of them keep`,
    );
  }
  const said = prompts.map(({ text }) => promptPrefix + text);
  const beginnings = commonBeginnings(said);
  const counts = await texts.count([...said, ...beginnings.map(({ text }) => text)]);
  const itemOf = itemOfUser(scenario, prompts.length);
  const planOf = turnPlanner(scenario);
  const outOf = prompts.length === read.length ? '' : ` of ${read.length}`;
  return {
    conversations: prompts.length,
    digests: [await contentDigest(file, cacheDir)],
    notes: [`prompts: ${prompts.length}${outOf} in ${file}`],
    conversation(userId) {
      const index = itemOf(userId);
      const prompt = prompts[index]!;
      const tokens = counts[index]!;
      const earlier = userId - prompts.length;
      const isAgain = earlier >= scenario.population.firstUserId;
      const { place } = beginnings[index]!;
      const sharedWith = isAgain
        ? earlier
        : place === undefined
          ? undefined
          : userId - index + place;
      const maxTokens = planOf(userId).answerTokens() ?? limitOf(prompt);
      const turn: Turn = {
        message: new Message('user', said[index]!),
        messageTokens: tokens,
        pauseMs: 0,
        ...limitsOf(scenario.conversation.answer, maxTokens),
        expectedTokens: expectedOf(prompt),
        recordedAnswer: undefined,
      };
      return {
        userId,
        opening: [],
        // The first counts whole: it is the sender of what others find.
        sharedTokens: index === 0 || isAgain ? tokens : counts[prompts.length + index]!,
        ...(sharedWith !== undefined && { sharedWith }),
        ...replayOf(userId, scenario.population.firstUserId + index),
        turns: [turn],
        standInAnswer: () => new Message('assistant', ''),
      };
    },
  };
}

/** No server takes a limit of 0, which is what a model said that said nothing. */
function limitOf({ outputTokens }: Prompt): number | undefined {
  return outputTokens === undefined ? undefined : Math.max(1, outputTokens);
}
