import type { InputFrom } from '../workload/agents/agent-trace.ts';
import { nameOf } from '../workload/agents/agents.ts';
import { Message } from '../workload/message.ts';

/** What one user's agents were asked in earlier rounds, and what they answered. */
export class Exchanges {
  readonly #inputs = new Map<string, Message>();
  readonly #outputs = new Map<string, Message>();

  /** `answer` is undefined if there was none: the request failed. */
  add(agent: number, round: number, asked: Message, answer: Message | undefined): void {
    const name = nameOf(agent, round);
    this.#inputs.set(name, asked);
    if (answer) this.#outputs.set(name, new Message('assistant', answer.text, { name }));
  }

  /** The messages that an agent is shown, in the order in which it asks for them. No answer: no message. */
  messagesOf(inputFrom: readonly InputFrom[]): Message[] {
    return inputFrom.flatMap(({ round, agent, part }) => {
      const name = nameOf(agent, round);
      return [
        part === 'output' ? undefined : this.#inputs.get(name),
        part === 'input' ? undefined : this.#outputs.get(name),
      ].filter((message) => message !== undefined);
    });
  }
}
