import type { Message } from '../message.ts';
import { recordedIn } from './chat-file.ts';
import { parseRecorded, type Recorded, type Said, type Unusable } from './recorded.ts';

/** What is said from one answer to the next, and the recorded answer to it. */
export interface ChatExchange {
  readonly before: readonly Message[];
  readonly message: Message;
  /** The message's own `pause_sec`. */
  readonly pauseSec: number | undefined;
  readonly answer: Message | undefined;
  /** Messages of the conversation before `message`, leading system messages not counted. */
  readonly messagesBefore: number;
}

/** A conversation of messages, as they are. */
export interface Chat {
  readonly id: string;
  /** Its leading system messages. */
  readonly opening: readonly Message[];
  readonly exchanges: readonly ChatExchange[];
  /** Fields that every request of it has. */
  readonly request: Recorded['request'];
  /** Names of what is not sent of it. */
  readonly unsent: Recorded['unsent'];
}

/** The conversation of an element of a file. */
export function chatOf(bytes: Buffer, index: number): Chat | Unusable {
  return inExchanges(recordedIn({ index, bytes }));
}

/** The same of its value. */
export function parseChat(value: unknown, index: number): Chat | Unusable {
  return inExchanges(parseRecorded(value, index));
}

/** Of answers in a row, the first is the recorded one and the others are said before the next message. */
function inExchanges(recorded: Recorded | Unusable): Chat | Unusable {
  if ('reason' in recorded) return recorded;
  const { id, list, said, added, request, unsent, hasNoAnswers } = recorded;
  const detail = problemOf(said, added);
  if (detail) return { id, reason: 'malformed', detail: `${list}${detail}` };
  const firstSaid = said.findIndex(({ message }) => message.role !== 'system');
  const exchanges: ChatExchange[] = [];
  const rest = said.slice(firstSaid);
  let from = 0;
  for (const [i, one] of rest.entries()) {
    const next = rest[i + 1];
    if (isAnswer(one) || (next && !isAnswer(next) && !hasNoAnswers)) continue;
    const answer = hasNoAnswers ? undefined : next?.message;
    exchanges.push({
      before: rest.slice(from, i).map(({ message }) => message),
      message: one.message,
      pauseSec: one.pauseSec,
      answer,
      messagesBefore: i,
    });
    from = answer ? i + 2 : i + 1;
  }
  const opening = said.slice(0, firstSaid).map(({ message }) => message);
  return { id, opening, exchanges, request, unsent };
}

/** With places in the list of the file, which lacks the first `added`. */
function problemOf(said: readonly Said[], added: number): string | undefined {
  if (!said.length) return ': empty';
  const empty = said.findIndex(
    ({ message, isText }) => message.role === 'user' && isText && !message.text,
  );
  if (empty >= 0) return `[${empty - added}].content: empty`;
  const firstSaid = said.findIndex(({ message }) => message.role !== 'system');
  if (firstSaid < 0) return ': only system messages; expected a user message';
  return isAnswer(said[firstSaid]!) ? `[${firstSaid - added}]: begins with an answer` : undefined;
}

function isAnswer({ message }: Said): boolean {
  return message.role === 'assistant';
}
