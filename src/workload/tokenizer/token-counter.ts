import { Worker } from 'node:worker_threads';
import type { Message } from '../message.ts';

/** Counts tokens on a thread of its own: tokenizing would delay the time stamps of running requests. */
export interface TokenCounter {
  /** Tokens of a prompt of these messages, with the tokenizer's chat template if it has one, and of an answer. */
  count(
    messages: readonly Message[],
    answer: string,
    withTemplate: boolean,
  ): Promise<{ input: number; output: number }>;
  close(): Promise<void>;
}

export interface CountRequest {
  readonly id: number;
  readonly text: string;
}

export type CountReply =
  | { readonly id: number; readonly tokens: number }
  | { readonly template: TemplateTokens }
  | { readonly error: string };

/** What a chat template adds: to each message, and once. Zero without a template. */
export interface TemplateTokens {
  readonly perMessage: number;
  readonly once: number;
}

const NO_TEMPLATE: TemplateTokens = { perMessage: 0, once: 0 };

/** @param tokenizer as in the scenario: 'gpt2', a folder or file, or a model name. */
export function startTokenCounter(tokenizer: string): TokenCounter {
  const thread = new Worker(new URL('./token-count-thread.js', import.meta.url), {
    workerData: tokenizer,
  });
  const waiting = new Map<number, (tokens: number) => void>();
  // Each message is counted once, however often it is sent again.
  const counted = new WeakMap<Message, Promise<number>>();
  let lastId = 0;
  let fail: (error: Error) => void;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const template = new Promise<TemplateTokens>((resolve) => {
    thread.on('message', (reply: CountReply) => {
      if ('template' in reply) resolve(reply.template);
      else if ('error' in reply) fail(new Error(reply.error));
      else {
        waiting.get(reply.id)?.(reply.tokens);
        waiting.delete(reply.id);
      }
    });
  });
  thread.on('error', (error) => fail(error));
  thread.on('exit', (code) => fail(new Error(`the counting thread ended with code ${code}`)));

  function tokensOf(text: string): Promise<number> {
    const id = ++lastId;
    thread.postMessage({ id, text } satisfies CountRequest);
    return new Promise((resolve) => waiting.set(id, resolve));
  }

  function messageTokens(message: Message): Promise<number> {
    let tokens = counted.get(message);
    if (!tokens) counted.set(message, (tokens = tokensOf(message.text)));
    return tokens;
  }

  async function count(messages: readonly Message[], answer: string, withTemplate: boolean) {
    const output = tokensOf(answer);
    const inputs = await Promise.all(messages.map(messageTokens));
    const { perMessage, once } = withTemplate ? await template : NO_TEMPLATE;
    const input = inputs.reduce((sum, tokens) => sum + tokens + perMessage, once);
    return { input, output: await output };
  }

  return {
    count: (...said) => Promise.race([count(...said), failed]),
    async close() {
      await thread.terminate();
    },
  };
}
