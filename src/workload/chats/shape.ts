import { type Chat, parseChat } from './item.ts';

/** Lengths in a set of conversations, one value a conversation, message or request. */
export interface ChatShape {
  /** Messages of each conversation. */
  readonly turns: number[];
  /** Tokens of each user message, of each answer, and of the messages of each request. */
  readonly userTokens: number[];
  readonly assistantTokens: number[];
  readonly requestTokens: number[];
}

/** Counts without chat template. A request has all messages so far, with the recorded answers. */
export function shapeOf(chats: readonly unknown[], count: (text: string) => number): ChatShape {
  const shape: ChatShape = { turns: [], userTokens: [], assistantTokens: [], requestTokens: [] };
  for (const [index, value] of chats.entries()) {
    const { opening, exchanges } = parseChat(value, index) as Chat;
    let messages = opening.length;
    let promptTokens = opening.reduce((sum, { text }) => sum + count(text), 0);
    for (const { before, message, answer } of exchanges) {
      const userTokens = count(message.text);
      promptTokens += before.reduce((sum, { text }) => sum + count(text), userTokens);
      messages += before.length + 1;
      shape.userTokens.push(userTokens);
      shape.requestTokens.push(promptTokens);
      if (!answer) continue;
      const answerTokens = count(answer.text);
      promptTokens += answerTokens;
      messages++;
      shape.assistantTokens.push(answerTokens);
    }
    shape.turns.push(messages);
  }
  return shape;
}
