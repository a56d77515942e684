import type { Conversation, Turn } from '../workload/conversation.ts';
import { Message } from '../workload/message.ts';

/** What has been said so far in one user's conversation. User and assistant alternate, whatever fails. */
export class Session {
  readonly conversation: Conversation;
  /** The same object for all requests of the conversation, also where another session goes on with it. */
  readonly key: object;
  readonly #history: Message[];

  /**
   * @param startTurn turns already played; `withHistory` puts them into the history with stand-in answers, without it
   * the conversation begins with the turn after them.
   */
  constructor(conversation: Conversation, startTurn = 0, withHistory = false, key?: object) {
    this.key = key ?? this;
    const isCold = startTurn > 0 && !withHistory;
    this.conversation = isCold ? begunAt(conversation, startTurn) : conversation;
    this.#history = [...conversation.opening];
    if (!withHistory) return;
    for (const [index, turn] of conversation.turns.slice(0, startTurn).entries()) {
      this.answered(turn, conversation.standInAnswer(index));
    }
  }

  /** The same history, going on with the turns of this conversation. */
  continuedIn(conversation: Conversation): Session {
    const session = new Session(conversation, 0, false, this.key);
    session.#history.splice(0, Infinity, ...this.#history);
    return session;
  }

  /** Turns that were answered, however the conversation began. */
  get hasAnswers(): boolean {
    return this.#history.some((message) => message.role === 'assistant');
  }

  /** What was answered last. */
  get lastAnswer(): Message | undefined {
    return this.#history.findLast((message) => message.role === 'assistant');
  }

  turn(index: number): Turn | undefined {
    return this.conversation.turns[index];
  }

  /** The messages of the request for this turn: everything so far, and what the user says now. */
  messagesFor(turn: Turn): readonly Message[] {
    return [...this.#before(turn), ...(turn.before ?? []), turn.message];
  }

  /** How many messages that request has. */
  messageCountFor(turn: Turn): number {
    return this.#before(turn).length + (turn.before?.length ?? 0) + 1;
  }

  /** The turn was answered; a turn that failed is simply never added. */
  answered(turn: Turn, answer: Message): void {
    if (turn.isCumulative) this.#history.length = 0;
    this.#history.push(...(turn.before ?? []), turn.message, answer);
  }

  /** What a cumulative turn repeats is not said twice. */
  #before(turn: Turn): readonly Message[] {
    return turn.isCumulative ? [] : this.#history;
  }
}

function begunAt(conversation: Conversation, startTurn: number): Conversation {
  const { turns, firstAs } = conversation;
  if (!firstAs || startTurn >= turns.length) return conversation;
  return { ...conversation, turns: turns.with(startTurn, firstAs(startTurn)) };
}

/** What stands in the history for the answer to this turn. */
export function keptAnswer(
  { history, keepReasoning }: { readonly history: string; readonly keepReasoning: boolean },
  { recordedAnswer, needsRecordedAnswer }: Turn,
  { content, reasoning, fields }: Answer,
): Message {
  const isRecorded = history === 'recorded' || needsRecordedAnswer;
  if (isRecorded && recordedAnswer) return recordedAnswer;
  return answerMessage(content, keepReasoning ? reasoning : undefined, fields);
}

interface Answer {
  readonly content: string;
  readonly reasoning: string;
  readonly fields: Message['fields'];
}

/** @param fields what the answer has beside its text, sent again as it came. */
export function answerMessage(
  content: string,
  reasoning: string | undefined,
  fields?: Message['fields'],
): Message {
  const text = reasoning ? `<think>${reasoning}</think>\n${content}` : content;
  return new Message('assistant', text, fields);
}
