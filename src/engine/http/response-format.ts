import type { EngineEnd } from '../engine.ts';
import type { Api } from './api.ts';

/** What all parts of one response have in common. */
export interface ResponseIdentity {
  /** Unique among this server's responses. */
  readonly number: number;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
}

/**
 * The texts of one response, in vLLM's fields and their order. A stream's chunk is `before`, the text
 * as JSON, and `after`: what is the same for all tokens is made once.
 */
export interface ResponseFormat {
  /** Sent before the first token; empty if there is no such chunk. */
  readonly first: string;
  readonly before: string;
  readonly after: string;
  /** The chunk of a reasoning token; absent where reasoning is text like any other. */
  readonly reasoning?: (text: string) => string;
  /** The last chunk: without text, with the reason. */
  finish(reason: string): string;
  usage(usage: UsageJson): string;
  /** The body of an unstreamed response. */
  whole(answer: WholeAnswer, reason: string, usage: UsageJson | undefined): string;
}

export interface WholeAnswer {
  content: string;
  reasoning: string;
}

export interface UsageJson {
  readonly prompt_tokens: number;
  readonly total_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
  readonly completion_tokens_details?: { readonly reasoning_tokens: number };
}

export const doneEvent = 'data: [DONE]\n\n';

export function usageJson(end: EngineEnd, reportCached: boolean): UsageJson {
  return {
    prompt_tokens: end.promptTokens,
    total_tokens: end.promptTokens + end.outputTokens,
    completion_tokens: end.outputTokens,
    ...(reportCached && { prompt_tokens_details: { cached_tokens: end.cachedTokens } }),
    ...(end.reasoningTokens > 0 && {
      completion_tokens_details: { reasoning_tokens: end.reasoningTokens },
    }),
  };
}

export function responseFormat(api: Api, identity: ResponseIdentity): ResponseFormat {
  return api === 'chat' ? chatFormat(identity) : completionsFormat(identity);
}

function chatFormat({ number, created, model }: ResponseIdentity): ResponseFormat {
  const id = `chatcmpl-confab-${number}`;
  const chunk = JSON.stringify({ id, object: 'chat.completion.chunk', created, model });
  const head = `data: ${chunk.slice(0, -1)},"choices":[`;
  return {
    first: `${head}{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}\n\n`,
    before: `${head}{"index":0,"delta":{"content":`,
    after: CHAT_AFTER,
    reasoning: (text) => `${head}{"index":0,"delta":${reasoningDelta(text)}${CHAT_AFTER}`,
    finish: (reason) =>
      `${head}{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"${reason}","stop_reason":null}]}\n\n`,
    usage: (usage) => `${head}],"usage":${JSON.stringify(usage)}}\n\n`,
    whole: ({ content, reasoning }, reason, usage) => {
      const thought = reasoning ? bothNames(reasoning) : {};
      const message = { role: 'assistant', content, ...thought };
      const choice = { index: 0, message, logprobs: null, finish_reason: reason };
      return JSON.stringify({
        id,
        object: 'chat.completion',
        created,
        model,
        choices: [{ ...choice, stop_reason: null }],
        usage,
      });
    },
  };
}

const CHAT_AFTER = '},"logprobs":null,"finish_reason":null}]}\n\n';

/** `reasoning` is vLLM's newer name; `reasoning_content` its older one, SGLang's and DeepSeek's. */
function bothNames(text: string) {
  return { reasoning: text, reasoning_content: text };
}

/** Without its closing brace, which CHAT_AFTER begins with. */
function reasoningDelta(text: string): string {
  return JSON.stringify(bothNames(text)).slice(0, -1);
}

function completionsFormat({ number, created, model }: ResponseIdentity): ResponseFormat {
  const id = `cmpl-confab-${number}`;
  const common = { id, object: 'text_completion', created, model };
  const head = `data: ${JSON.stringify(common).slice(0, -1)},"choices":[`;
  return {
    first: '',
    before: `${head}{"index":0,"text":`,
    after: ',"logprobs":null,"finish_reason":null,"stop_reason":null}]}\n\n',
    finish: (reason) =>
      `${head}{"index":0,"text":"","logprobs":null,"finish_reason":"${reason}","stop_reason":null}]}\n\n`,
    usage: (usage) => `${head}],"usage":${JSON.stringify(usage)}}\n\n`,
    whole: ({ content: text }, reason, usage) => {
      const choice = { index: 0, text, logprobs: null, finish_reason: reason, stop_reason: null };
      return JSON.stringify({ ...common, choices: [choice], usage });
    },
  };
}
