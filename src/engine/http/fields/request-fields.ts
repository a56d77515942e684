import { anything, atLeast, bool, dict, float, int, list, literal, oneOf, text } from './kinds.ts';
import { messages } from './messages.ts';
import { type Field, object, optional, orElse, type Read, required } from './object.ts';

/** A flag that is off where it is missing. */
const off = orElse(bool, false);

const streamOptions = object({
  include_usage: optional(bool),
  continuous_usage_stats: optional(bool),
});

const responseFormat = object({
  type: required(literal('text', 'json_object', 'json_schema', 'structural_tag')),
});

/** What chats and completions have in common, as vLLM's `protocol.py` has it; what it does not name is let pass. */
const common = {
  model: optional(text),
  stream: optional(bool),
  stream_options: optional(streamOptions),
  seed: optional(int),
  user: optional(text),
  session_id: optional(text),
  request_id: { kind: text, missing: () => undefined } as Field<string | undefined>,
  cache_salt: optional(text),
  priority: orElse(int, 0),
  min_tokens: orElse(int, 0),
  ignore_eos: off,
  stop: optional(oneOf(text, list(text))),
  stop_token_ids: optional(list(int)),
  include_stop_str_in_output: off,
  truncate_prompt_tokens: optional(atLeast(-1, int)),
  return_token_ids: optional(bool),
  return_tokens_as_token_ids: optional(bool),
  prompt_logprobs: optional(int),
  /** Checked, and without effect: the words of an answer are drawn alike. */
  temperature: optional(float),
  top_p: optional(float),
  top_k: optional(int),
  min_p: optional(float),
  frequency_penalty: optional(float),
  presence_penalty: optional(float),
  repetition_penalty: optional(float),
  logit_bias: optional(dict(float)),
  allowed_token_ids: optional(list(int)),
  bad_words: orElse(list(text), [] as string[]),
  response_format: optional(responseFormat),
  /** SGLang's: where the cached tokens were. */
  return_cached_tokens_details: optional(bool),
  confab_fault: optional(text),
};

const tool = object({
  type: orElse(literal('function'), 'function' as const),
  function: required(object({ name: required(text) })),
});

/** How the template renders a chat. */
const rendering = {
  messages: required(messages),
  add_generation_prompt: orElse(bool, true),
  continue_final_message: off,
};

export const chatRequest = object({
  ...common,
  ...rendering,
  max_tokens: optional(int),
  max_completion_tokens: optional(int),
  n: optional(int),
  logprobs: optional(bool),
  top_logprobs: optional(int),
  tools: optional(list(tool)),
  tool_choice: optional(anything),
  echo: off,
  return_prompt_text: optional(bool),
  reasoning_effort: optional(literal('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max')),
});

const tokenIds = list(atLeast(0, int));

export const completionRequest = object({
  ...common,
  prompt: optional(oneOf(tokenIds, list(tokenIds), text, list(text))),
  echo: optional(bool),
  /** OpenAI's default; null is the same. */
  max_tokens: optional(int),
  n: orElse(int, 1),
  logprobs: optional(int),
  suffix: optional(text),
});

const pieces = { model: optional(text), return_token_strs: optional(bool) };

/** POST /tokenize: of a text, or of a chat. */
export const tokenizeRequest = oneOf(
  object({ ...pieces, prompt: required(text) }),
  object({ ...pieces, ...rendering }),
);

export const detokenizeRequest = object({ model: optional(text), tokens: required(list(int)) });

type ReadBy<K> = K extends (...args: never[]) => infer T ? T : never;
export type ChatFields = ReadBy<typeof chatRequest>;
export type CompletionFields = ReadBy<typeof completionRequest>;
/** Of either. */
export type CommonFields = Read<typeof common>;
