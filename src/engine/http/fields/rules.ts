import { isObject } from '../../../base/json.ts';
import { reprOf } from '../../python-text.ts';
import { badField, badNumber, badRequest, type EngineError } from '../../request-error.ts';

type Body = Readonly<Record<string, unknown>>;
type Rule = (body: Body) => EngineError | undefined;

/** What vLLM looks at before it looks at the types of the fields; the first of them that is broken is told. */
export function brokenRule(api: 'chat' | 'completions', body: unknown): EngineError | undefined {
  if (!isObject(body)) return undefined;
  for (const rule of api === 'chat' ? CHAT_RULES : COMPLETION_RULES) {
    const error = rule(body);
    if (error) return error;
  }
  return undefined;
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

/** Of Python: empty lists and objects are not. */
function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

const streamOptions: Rule = ({ stream, stream_options }) => {
  if (!isTruthy(stream_options) || isTruthy(stream)) return undefined;
  const message = 'Stream options can only be defined when `stream=True`.';
  return badField(message, 'stream_options');
};

const cacheSalt: Rule = ({ cache_salt: salt }) => {
  if (!isSet(salt)) return undefined;
  if (typeof salt !== 'string' || salt === '') {
    const message = "Parameter 'cache_salt' must be a non-empty string if provided.";
    return badField(message, 'cache_salt');
  }
  if (salt.length <= 128 && !/[@/\\\x00]/.test(salt)) return undefined;
  const message =
    "Parameter 'cache_salt' must be at most 128 characters and must not contain '@', '/', '\\\\', or NUL.";
  return badField(message, 'cache_salt');
};

const responseFormat: Rule = ({ response_format: format }) => {
  if (!isObject(format) || format['type'] !== 'json_schema' || isSet(format['json_schema'])) {
    return undefined;
  }
  const message =
    "When response_format type is 'json_schema', the 'json_schema' field must be provided.";
  return badField(message, 'response_format');
};

/** Of so many most likely tokens; `field`: how many. */
function logprobs(field: 'top_logprobs' | 'logprobs'): Rule {
  return (body) => {
    for (const name of ['prompt_logprobs', field]) {
      const value = body[name];
      if (!isSet(value) || typeof value === 'number' || typeof value === 'boolean') continue;
      return badNumber(`\`${name}\` must be an integer.`, name, value);
    }
    const prompt = body['prompt_logprobs'];
    if (isSet(prompt) && isTruthy(body['stream']) && (Number(prompt) > 0 || prompt === -1)) {
      return badField('`prompt_logprobs` are not available when `stream=True`.', 'prompt_logprobs');
    }
    for (const name of ['prompt_logprobs', field]) {
      const value = body[name];
      if (!isSet(value) || Number(value) >= 0 || value === -1) continue;
      return badNumber(`\`${name}\` must be a positive value or -1.`, name, value);
    }
    const top = body['top_logprobs'];
    if (field !== 'top_logprobs' || !isTruthy(top) || isTruthy(body['logprobs'])) return undefined;
    return badField('when using `top_logprobs`, `logprobs` must be set to true.', 'top_logprobs');
  };
}

const generationPrompt: Rule = (body) => {
  if (!isTruthy(body['continue_final_message']) || !isTruthy(body['add_generation_prompt'])) {
    return undefined;
  }
  return badRequest(
    'Cannot set both `continue_final_message` and `add_generation_prompt` to True.',
  );
};

const USAGE = 'Correct usage: `{"type": "function", "function": {"name": "my_function"}}`';

const tools: Rule = ({ tools, tool_choice: choice }) => {
  if (Array.isArray(tools) && tools.length === 0) {
    const message =
      '`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.';
    return badField(message, 'tools');
  }
  if (!isSet(choice) || choice === 'none') return undefined;
  if (!isSet(tools)) {
    return badField('When using `tool_choice`, `tools` must be set.', 'tool_choice');
  }
  if (isObject(choice)) return namedTool(choice, tools);
  if (choice === 'auto' || choice === 'required') return undefined;
  const message = `Invalid value for \`tool_choice\`: ${typeof choice === 'string' ? choice : reprOf(choice)}! Only named tools, "none", "auto" or "required" are supported.`;
  return badField(message, 'tool_choice');
};

function namedTool(choice: Body, tools: unknown): EngineError | undefined {
  const { function: named } = choice;
  if (!isObject(named)) {
    const message = `Invalid value for \`function\`: \`${reprOf(named)}\` in \`tool_choice\`! ${USAGE}`;
    return badField(message, 'tool_choice.function');
  }
  if (!('name' in named)) {
    const message = `Expected field \`name\` in \`function\` in \`tool_choice\`! ${USAGE}`;
    return badField(message, 'tool_choice.function.name');
  }
  const names = Array.isArray(tools)
    ? tools.map((tool) => isObject(tool) && isObject(tool['function']) && tool['function']['name'])
    : [];
  if (names.includes(named['name'] as string)) return undefined;
  const message = 'The tool specified in `tool_choice` does not match any of the specified `tools`';
  return badField(message, 'tool_choice');
}

const prompt: Rule = ({ prompt, prompt_embeds: embeds }) => {
  const isEmpty = !isSet(prompt) || prompt === '';
  if (!isEmpty || isTruthy(embeds)) return undefined;
  const message = 'Either prompt or prompt_embeds must be provided and non-empty.';
  return badField(message, 'prompt');
};

const CHAT_RULES = [
  ...[generationPrompt, tools, logprobs('top_logprobs'), streamOptions, responseFormat, cacheSalt],
];
const COMPLETION_RULES = [
  ...[prompt, streamOptions, logprobs('logprobs'), responseFormat, cacheSalt],
];
