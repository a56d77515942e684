import type { Scenario } from '../../scenario/schema.ts';
import type { Turn } from '../conversation.ts';
import type { Tell } from '../files/cost.ts';
import { itemOfUser, replayOf } from '../item-of-user.ts';
import { Message } from '../message.ts';
import type { Source } from '../source.ts';
import type { Texts } from '../text/texts.ts';
import { limitsOf, turnPlanner } from '../turn-plan.ts';
import { findGeneratorConfig } from './generated/config.ts';
import { openGenerated } from './generated/generated.ts';
import { type Chat, chatOf } from './item.ts';
import { readChats } from './items.ts';
import { type ChatSurvey, surveyChats } from './survey.ts';

const MS_PER_SEC = 1000;

/**
 * Conversations of messages from a file, or made from a generator's configuration: user
 * `firstUserId + i` says item i. A turn's limit is `answer.tokens`, else the recorded answer's length,
 * at least 1; without either none is sent. Items are kept as the bytes of their JSON and parsed when
 * their user comes, so that memory is the file's size and the conversations under way.
 */
export async function openChats(
  scenario: Scenario,
  { texts, cacheDir, tell }: { texts: Texts; cacheDir: string; tell?: Tell | undefined },
): Promise<Source> {
  const { conversation } = scenario;
  const file = conversation.file!;
  const tokenizer = await texts.tokenizer();
  const value = await findGeneratorConfig(file);
  const isCompat = conversation.generatorCompat ?? false;
  const chats = value
    ? await openGenerated({ file, value, seed: scenario.seed, isCompat, tokenizer, cacheDir })
    : await readChats(file, cacheDir);
  const { items } = chats;
  const itemOf = itemOfUser(scenario, items.length);
  const { maxMessages = Infinity, answer } = conversation;
  const isCounting = answer.tokens === undefined && (answer.limit || answer.force !== false);
  const survey = await surveyChats({ file, ...chats, tokenizer, cacheDir, isCounting, tell });
  const planOf = turnPlanner(scenario);
  const { firstUserId } = scenario.population;
  const isRecorded = conversation.history === 'recorded';
  return {
    conversations: items.length,
    digests: [chats.contentDigest],
    notes: [
      `conversations: ${items.length} in ${file}`,
      ...chats.notes,
      ...unsentNotes(survey, items.length),
    ],
    conversation(userId) {
      const index = itemOf(userId);
      const chat = chatOf(items[index]!, index) as Chat;
      const played = chat.exchanges.filter(({ messagesBefore }) => messagesBefore < maxMessages);
      const plan = planOf(userId);
      const firsts = survey.firsts?.[index];
      const unanswered = chat.exchanges.findIndex(({ answer }) => answer === undefined);
      // Behind an answer that the data do not have, recorded histories differ.
      const known = isRecorded && unanswered >= 0 ? unanswered : Infinity;
      const turns = played.map((exchange, turn): Turn => {
        const [messageTokens, answerTokens] = survey.counts[index]![turn]!;
        const recordedTokens = answerTokens === undefined ? undefined : Math.max(1, answerTokens);
        const maxTokens = plan.answerTokens() ?? recordedTokens;
        const pauseMs = plan.pauseMs(turn);
        return {
          before: exchange.before,
          message: exchange.message,
          messageTokens,
          pauseMs:
            turn && exchange.pauseSec !== undefined ? exchange.pauseSec * MS_PER_SEC : pauseMs,
          ...limitsOf(answer, maxTokens),
          ...(turn <= known && replayOf(userId, firstUserId + (firsts?.[turn] ?? index))),
          recordedAnswer: exchange.answer,
          needsRecordedAnswer: isToolResult(played[turn + 1]),
        };
      });
      return {
        userId,
        id: chat.id,
        ...tenantOf(survey, index),
        opening: chat.opening,
        ...(chat.request && { request: chat.request }),
        sharedTokens: survey.sharedTokens,
        turns,
        standInAnswer: (turn) => turns[turn]!.recordedAnswer ?? new Message('assistant', ''),
      };
    },
  };
}

function tenantOf({ tenants, tenantTokens }: ChatSurvey, index: number) {
  const number = tenants?.[index];
  if (number === undefined) return undefined;
  return { tenant: String(number), tenantTokens: tenantTokens![number - 1]! };
}

/** A data set's notes for itself are not for an engine; whoever misses one finds it named. */
function unsentNotes({ unsent }: ChatSurvey, all: number): string[] {
  if (!unsent.length) return [];
  const names = unsent.map(([name, count]) => (count === all ? name : `${name} (of ${count})`));
  return [`not sent, as no engine knows it: ${names.join(', ')}`];
}

/** Results answer the calls of the recorded answer, so no other answer can stand before them. */
function isToolResult(exchange: Chat['exchanges'][number] | undefined): boolean {
  return exchange !== undefined && (exchange.before[0] ?? exchange.message).role === 'tool';
}
