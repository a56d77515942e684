import type { Conversation, Turn, Workload } from '../workload/conversation.ts';
import { Message } from '../workload/message.ts';

/** Conversations found in the middle: a long history of many messages, and short questions to come. */
export interface LongHistory {
  readonly tokens: number;
  /** So many users talk at a time. */
  readonly users: number;
}

/** A usual length of an answer; it decides how many messages a history has. */
const MESSAGE_TOKENS = 200;
/** English text has 4 to 5 characters a token. */
const WORD = 'word ';
/** Few, so that what is added to a history stays small beside it. */
const TURNS = 20;

/**
 * Every TURNS turns a user makes way for another with the same history, whose messages are not new any
 * more: this is the cost of carrying a history, not of having said it.
 */
export function longHistory({ tokens, users }: LongHistory): Workload {
  const histories = Array.from({ length: users }, (_, user) => historyOf(user, tokens));
  return {
    digest: 'bench',
    notes: [],
    conversation: (userId): Conversation => ({
      userId,
      opening: histories[userId % users]!,
      sharedTokens: 0,
      turns: Array.from({ length: TURNS }, (_, index) => turn(index)),
      standInAnswer: () => new Message('assistant', ''),
    }),
  };
}

function historyOf(user: number, tokens: number): Message[] {
  return Array.from({ length: tokens / MESSAGE_TOKENS }, (_, index) => {
    const text = `${user}.${index} ${WORD.repeat(MESSAGE_TOKENS)}`;
    return new Message(index % 2 ? 'assistant' : 'user', text);
  });
}

function turn(index: number): Turn {
  return {
    message: new Message('user', `This is question ${index}.`),
    messageTokens: undefined,
    pauseMs: 0,
    maxTokens: 16,
    minTokens: undefined,
    recordedAnswer: undefined,
  };
}
