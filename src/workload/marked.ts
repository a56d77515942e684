import type { Conversation, Turn, Workload } from './conversation.ts';
import { Message } from './message.ts';

/** The workload with the user's mark in front of every prompt, which changes every token after it. */
export function marked(workload: Workload, markOf: (userId: number) => string): Workload {
  const twins = new Map<string, WeakMap<Message, Message>>();
  const withMark = (mark: string, message: Message): Message => {
    let ofMark = twins.get(mark);
    if (!ofMark) twins.set(mark, (ofMark = new WeakMap()));
    let twin = ofMark.get(message);
    if (!twin) ofMark.set(message, (twin = new Message(message.role, mark + message.text)));
    return twin;
  };
  return {
    ...workload,
    conversation(userId): Conversation {
      const mark = markOf(userId);
      const conversation = workload.conversation(userId);
      const [opening, ...rest] = conversation.opening;
      if (opening) return { ...conversation, opening: [withMark(mark, opening), ...rest] };
      const { turns } = conversation;
      const beginning = (turn: Turn): Turn => {
        const [first, ...others] = turn.before ?? [];
        if (!first) return { ...turn, message: withMark(mark, turn.message) };
        return { ...turn, before: [withMark(mark, first), ...others], message: turn.message };
      };
      const firstAs = (turn: number): Turn =>
        beginning((turn > 0 && conversation.firstAs?.(turn)) || turns[turn]!);
      const isFirst = (turn: Turn, index: number) => index === 0 || turn.isCumulative;
      const begun = turns.map((turn, index) => (isFirst(turn, index) ? beginning(turn) : turn));
      return { ...conversation, turns: begun, firstAs };
    },
  };
}
