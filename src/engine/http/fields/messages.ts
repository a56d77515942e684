import { isObject } from '../../../base/json.ts';
import type { PromptMessage } from '../../prompt/prompt-message.ts';
import { badRequest, type EngineError } from '../../request-error.ts';
import { type Kind, list, oneOf, text } from './kinds.ts';
import { object, optional, type Read, required } from './object.ts';

/** A part of a content: a text, or an object whose type says what it is. */
const part: Kind<string | Readonly<Record<string, unknown>>> = (input, loc, problems) => {
  if (typeof input === 'string' || isObject(input)) return input as never;
  problems.push({ type: 'dict_type', loc, msg: 'Input should be a valid dictionary', input });
  return '';
};

const fields = { role: required(text), content: optional(oneOf(text, list(part))) };

/** Any role is let pass: whether it means anything is the template's. */
export const messages = list(object(fields));

type Message = Read<typeof fields>;

/** Fields of a part that have text, by its type. */
const TEXT_OF: Readonly<Record<string, string>> = {
  text: 'text',
  input_text: 'text',
  output_text: 'text',
  refusal: 'refusal',
  thinking: 'thinking',
};
/** What a part holds where its type does not say so, and what stands for it in messages. */
const MEDIA: readonly string[] = ['image', 'audio', 'video'];

/** The messages as the chat template needs them: texts of several parts are joined by a newline, as vLLM does. */
export function promptMessages(
  read: readonly Message[],
  model: string,
): readonly PromptMessage[] | { readonly error: EngineError } {
  const all: PromptMessage[] = [];
  for (const { role, content } of read) {
    const parts = typeof content === 'string' ? [content] : (content ?? []);
    const texts: string[] = [];
    for (const one of parts) {
      const found = typeof one === 'string' ? one : textOf(one, model);
      if (typeof found !== 'string') return { error: found };
      texts.push(found);
    }
    all.push({ role, text: texts.join('\n') });
  }
  return all;
}

function textOf(one: Readonly<Record<string, unknown>>, model: string): string | EngineError {
  const type = typeof one['type'] === 'string' ? one['type'] : typeByField(one);
  const found = one[TEXT_OF[type] ?? ''];
  if (typeof found === 'string') return found;
  if (MEDIA.some((medium) => type.includes(medium))) {
    return badRequest(`${model} is not a multimodal model`);
  }
  return badRequest(
    TEXT_OF[type] ? `Expected a text in a part of type '${type}'.` : `Unknown part type: ${type}`,
  );
}

function typeByField(one: Readonly<Record<string, unknown>>): string {
  return Object.keys(one).find((name) => name in TEXT_OF || /_url$|^input_audio$/.test(name)) ?? '';
}
