import type { Api } from './api.ts';
import type { Told } from './told.ts';

/** What all parts of one response have in common. */
export interface ResponseIdentity {
  /** Unique among this server's responses. */
  readonly number: number;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
  /** Sent with the answer, where the request asked for token ids. */
  readonly promptTokenIds: readonly number[] | undefined;
}

/**
 * The texts of one response, in vLLM's fields and their order. A stream's chunk is `before`, the text
 * as JSON, `after`, and `close`: what is the same for all tokens is made once.
 */
export interface ResponseFormat {
  /** Sent before the first token; empty if there is no such chunk. */
  readonly first: string;
  readonly before: string;
  /** Fields of the choice may follow, and then `close`. */
  readonly after: string;
  /** Such fields of the first token's chunk. */
  readonly firstFields: string;
  readonly close: string;
  /** `before` and the text, of a reasoning token; absent where reasoning is text like any other. */
  readonly reasoning?: (text: string) => string;
  /** The last chunk: without text, with the reason. */
  finish(reason: string): string;
  /** A chunk without choices, after the last. */
  closing(told: Told): string;
  /** The body of an unstreamed response. */
  whole(answer: WholeAnswer): string;
}

export interface WholeAnswer {
  readonly content: string;
  readonly reasoning: string;
  readonly reason: string;
  /** Where the request asked for them. */
  readonly tokenIds: readonly number[] | undefined;
  readonly told: Told;
}

export const doneEvent = 'data: [DONE]\n\n';

export function responseFormat(api: Api, identity: ResponseIdentity): ResponseFormat {
  return api === 'chat' ? chatFormat(identity) : completionsFormat(identity);
}

function chatFormat({ promptTokenIds, ...identity }: ResponseIdentity): ResponseFormat {
  const { number, created, model } = identity;
  const id = `chatcmpl-confab-${number}`;
  const head = headOf({ id, object: 'chat.completion.chunk', created, model });
  // vLLM tells the prompt's ids beside the choices of a chat, and within those of a completion.
  const promptIds = { prompt_token_ids: promptTokenIds };
  const role = `{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}`;
  return {
    first: `${head}${role}]${promptTokenIds ? `,${inside(promptIds)}` : ''}}\n\n`,
    before: `${head}{"index":0,"delta":{"content":`,
    after: '},"logprobs":null,"finish_reason":null',
    reasoning: (text) => `${head}{"index":0,"delta":${reasoningDelta(text)}`,
    firstFields: '',
    close: '}]}\n\n',
    finish: (reason) =>
      `${head}{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"${reason}","stop_reason":null}]}\n\n`,
    closing: (told) => `${head}],${inside(told)}}\n\n`,
    whole: ({ content, reasoning, reason, tokenIds, told }) => {
      const thought = reasoning ? bothNames(reasoning) : {};
      const message = { role: 'assistant', content, ...thought };
      const choice = { index: 0, message, logprobs: null, finish_reason: reason };
      return JSON.stringify({
        ...{ id, object: 'chat.completion', created, model },
        choices: [{ ...choice, stop_reason: null, token_ids: tokenIds }],
        ...told,
        ...promptIds,
      });
    },
  };
}

/** `reasoning` is vLLM's newer name; `reasoning_content` its older one, SGLang's and DeepSeek's. */
function bothNames(text: string) {
  return { reasoning: text, reasoning_content: text };
}

/** Without its closing brace, which `after` begins with. */
function reasoningDelta(text: string): string {
  return JSON.stringify(bothNames(text)).slice(0, -1);
}

function completionsFormat({ promptTokenIds, ...identity }: ResponseIdentity): ResponseFormat {
  const { number, created, model } = identity;
  const common = { id: `cmpl-confab-${number}`, object: 'text_completion', created, model };
  const head = headOf(common);
  const promptIds = { prompt_token_ids: promptTokenIds };
  return {
    first: '',
    before: `${head}{"index":0,"text":`,
    after: ',"logprobs":null,"finish_reason":null,"stop_reason":null',
    firstFields: promptTokenIds ? `,${inside(promptIds)}` : '',
    close: '}]}\n\n',
    finish: (reason) =>
      `${head}{"index":0,"text":"","logprobs":null,"finish_reason":"${reason}","stop_reason":null}]}\n\n`,
    closing: (told) => `${head}],${inside(told)}}\n\n`,
    whole: ({ content: text, reason, tokenIds, told }) => {
      const choice = { index: 0, text, logprobs: null, finish_reason: reason, stop_reason: null };
      const ids = { token_ids: tokenIds, ...promptIds };
      return JSON.stringify({ ...common, choices: [{ ...choice, ...ids }], ...told });
    },
  };
}

function headOf(common: object): string {
  return `data: {${inside(common)},"choices":[`;
}

/** The fields of a JSON object without its braces. */
function inside(fields: object): string {
  return JSON.stringify(fields).slice(1, -1);
}
