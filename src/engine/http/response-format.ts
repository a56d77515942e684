import type { AnswerEnding } from '../answer.ts';
import type { Api } from './api.ts';
import type { Told } from './told.ts';

/** What all parts of one response have in common. */
export interface ResponseIdentity {
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
  readonly fingerprint: string;
}

/** Usage of the choice so far. */
export interface UsageSoFar {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** What a chunk says besides its text; what is absent is null, or not there at all where vLLM leaves it out. */
export interface ChunkDetails {
  readonly logprobs?: object | undefined;
  readonly ending?: AnswerEnding | undefined;
  readonly tokenIds?: readonly number[] | undefined;
  readonly promptTokenIds?: readonly number[] | undefined;
  readonly usage?: UsageSoFar | undefined;
  /** Nothing comes after it but the end: it says whose answer it was. */
  readonly isLast?: boolean;
}

/** The chunks of one choice: `before`, the text as JSON, and `plain`, or else what `rest` makes of details. */
export interface ChoiceFormat {
  readonly before: string;
  readonly plain: string;
  /** `before` and the text, of a reasoning token; absent where reasoning is text like any other. */
  readonly reasoning?: (text: string) => string;
  rest(details: ChunkDetails): string;
}

export interface WholeChoice {
  readonly content: string;
  readonly reasoning: string;
  readonly ending: AnswerEnding;
  readonly logprobs: object | undefined;
  readonly tokenIds: readonly number[] | undefined;
  readonly promptTokenIds: readonly number[] | undefined;
}

export interface PromptTold {
  readonly promptTokenIds: readonly number[] | undefined;
  readonly promptText: string | undefined;
}

/** The texts of one response, in vLLM's fields and their order. */
export interface ResponseFormat {
  /** What comes before the first token of any choice. */
  opening(choices: number, prompt: PromptTold, usage: UsageSoFar | undefined): string;
  choice(index: number): ChoiceFormat;
  /** A chunk without choices, after the last. */
  closing(told: Told): string;
  /** The body of an unstreamed response. */
  whole(choices: readonly WholeChoice[], prompt: PromptTold, told: Told): string;
}

export const doneEvent = 'data: [DONE]\n\n';

export function responseFormat(api: Api, identity: ResponseIdentity): ResponseFormat {
  return api === 'chat' ? chatFormat(identity) : completionsFormat(identity);
}

function chatFormat({ fingerprint, ...identity }: ResponseIdentity): ResponseFormat {
  const { id, ...rest } = identity;
  const head = headOf({ id, object: 'chat.completion.chunk', ...rest });
  const details = ',"completion_tokens_details":null';
  const choice = (index: number): ChoiceFormat => {
    const opened = `${head}{"index":${index},"delta":`;
    return {
      before: `${opened}{"content":`,
      plain: '},"logprobs":null,"finish_reason":null,"token_ids":null}]}\n\n',
      reasoning: (text) => `${opened}{"reasoning":${JSON.stringify(text)}`,
      rest: ({ logprobs, ending, tokenIds, usage, isLast }) => {
        const reason = ending
          ? `"${ending.finishReason}","stop_reason":${json(ending.stopReason)}`
          : 'null';
        const end = usageTail(usage, details) + (isLast ? tailOf(fingerprint) : '');
        return `},"logprobs":${json(logprobs)},"finish_reason":${reason},"token_ids":${json(tokenIds)}}]${end}}\n\n`;
      },
    };
  };
  return {
    choice,
    opening(choices, { promptTokenIds, promptText }, usage) {
      const prompt = `,"prompt_token_ids":${json(promptTokenIds)},"prompt_text":${json(promptText)}`;
      const role = '"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null';
      const one = (index: number) =>
        `${head}{"index":${index},${role}}]${usageTail(usage, details)}${prompt}}\n\n`;
      return Array.from({ length: choices }, (_, index) => one(index)).join('');
    },
    closing: (told) => closing(head, fingerprint, told),
    whole: (choices, { promptTokenIds, promptText }, told) =>
      JSON.stringify({
        ...{ id, object: 'chat.completion', ...rest },
        choices: choices.map(chatChoice),
        ...wholeTold(fingerprint, told),
        ...{ prompt_logprobs: null, prompt_token_ids: promptTokenIds ?? null },
        ...{ prompt_text: promptText ?? null, ...TRANSFERS, ...metricsTold(told) },
      }),
  };
}

function chatChoice(one: WholeChoice, index: number): object {
  const { content, reasoning, ending, logprobs = null, tokenIds = null } = one;
  const nothing = { refusal: null, annotations: null, audio: null, function_call: null };
  const said = reasoning && !content ? null : content;
  return {
    index,
    message: { role: 'assistant', content: said, ...nothing, reasoning: reasoning || null },
    ...{ logprobs, ...reasons(ending) },
    ...{ token_ids: tokenIds, routed_experts: null },
  };
}

function completionsFormat({ fingerprint, ...identity }: ResponseIdentity): ResponseFormat {
  const { id, ...rest } = identity;
  const common = { id, object: 'text_completion', ...rest };
  const head = headOf(common);
  return {
    opening: () => '',
    choice: (index) => ({
      before: `${head}{"index":${index},"text":`,
      plain:
        ',"logprobs":null,"finish_reason":null,"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]}\n\n',
      rest: ({ logprobs, ending, tokenIds, promptTokenIds, usage, isLast }) => {
        const { finish_reason: reason, stop_reason: stop } = reasons(ending);
        const end = usageTail(usage, '') + (isLast ? tailOf(fingerprint) : '');
        const ids = `"prompt_token_ids":${json(promptTokenIds)},"token_ids":${json(tokenIds)}`;
        return `,"logprobs":${json(logprobs)},"finish_reason":${json(reason)},"stop_reason":${json(stop)},${ids}}]${end}}\n\n`;
      },
    }),
    closing: (told) => closing(head, fingerprint, told),
    whole: (choices, _, told) =>
      JSON.stringify({
        ...common,
        choices: choices.map(completionChoice),
        ...{ ...wholeTold(fingerprint, told, null), ...TRANSFERS, ...metricsTold(told) },
      }),
  };
}

function completionChoice(one: WholeChoice, index: number): object {
  const { content: text, ending, logprobs = null, tokenIds = null, promptTokenIds = null } = one;
  return {
    ...{ index, text, logprobs, ...reasons(ending) },
    ...{ token_ids: tokenIds, prompt_logprobs: null },
    ...{ prompt_token_ids: promptTokenIds, routed_experts: null },
  };
}

function reasons(ending: AnswerEnding | undefined) {
  return {
    finish_reason: ending?.finishReason ?? null,
    stop_reason: ending?.stopReason ?? null,
  };
}

/** What a whole answer has of transfers between servers: nothing. */
const TRANSFERS = { kv_transfer_params: null, ec_transfer_params: null };

/** `created`: what stands for the tokens written to the cache where they are not told. */
function wholeTold(fingerprint: string, { usage, sglext }: Told, created?: null): object {
  const details = usage?.prompt_tokens_details;
  return {
    ...{ service_tier: null, system_fingerprint: fingerprint },
    ...(usage && {
      usage: {
        ...usage,
        prompt_tokens_details: details ? wholeDetails(details, created) : null,
        completion_tokens_details: usage.completion_tokens_details ?? null,
      },
    }),
    ...(sglext && { sglext }),
  };
}

function wholeDetails(details: object, created: null | undefined): object {
  const { cached_tokens, ...more } = details as { cached_tokens: number };
  const written = created === null ? { created_cache_tokens: null } : {};
  return { cached_tokens, ...written, ...more, multimodal_tokens: null };
}

function metricsTold({ metrics }: Told): object {
  return { metrics: metrics ? { ...metrics, speculative_decoding: null } : null };
}

/** As SGLang has it, its extension is in a chunk of its own before the usage; vLLM's metrics are beside it. */
function closing(head: string, fingerprint: string, { sglext, usage, metrics }: Told): string {
  const extension = sglext ? `${head}],${inside({ sglext })}}\n\n` : '';
  if (!usage) return extension;
  const known = metrics && Object.entries(metrics).filter(([, value]) => value !== null);
  const told = {
    ...{ usage, system_fingerprint: fingerprint },
    ...(known && { metrics: Object.fromEntries(known) }),
  };
  return `${extension}${head}],${inside(told)}}\n\n`;
}

function usageTail(usage: UsageSoFar | undefined, details: string): string {
  if (!usage) return '';
  const { promptTokens: prompt, outputTokens: output } = usage;
  return `,"usage":{"prompt_tokens":${prompt},"total_tokens":${prompt + output},"completion_tokens":${output}${details}}`;
}

function tailOf(fingerprint: string): string {
  return `,"system_fingerprint":${JSON.stringify(fingerprint)}`;
}

function headOf(common: object): string {
  return `data: {${inside(common)},"choices":[`;
}

/** The fields of a JSON object without its braces. */
function inside(fields: object): string {
  return JSON.stringify(fields).slice(1, -1);
}

function json(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}
