import { found, isObject, parsedJson } from '../../base/json.ts';
import { Message } from '../message.ts';
import type { Unfit } from './content.ts';

/**
 * The roles that LLaMA-Factory has for tools, as OpenAI's messages: `function_call`, whose text is the JSON of one
 * call, and `observation`, what came of it. Calls have no ids there, so that they are numbered here.
 */
export const CALL_ROLES = ['function_call', 'observation'] as const;

export type CallRole = (typeof CALL_ROLES)[number];

export function isCallRole(name: unknown): name is CallRole {
  return CALL_ROLES.some((role) => role === name);
}

/** @param number of the call; of an observation, of the call before it, 0: there is none */
export function callMessage(
  role: CallRole,
  text: unknown,
  { number, where }: { readonly number: number; readonly where: string },
): Message | Unfit {
  const unfit = (detail: string): Unfit => ({
    reason: `role "${role}"`,
    detail: `${where}: ${detail}`,
  });
  if (typeof text !== 'string') return unfit(`${found(text)}; expected a text`);
  const id = `call_${number}`;
  if (role === 'observation') {
    if (number > 0) return new Message('tool', text, { tool_call_id: id });
    return unfit('found what came of a call; expected a function_call before it');
  }
  const call = parsedJson(text);
  if (!isObject(call) || typeof call['name'] !== 'string') {
    return unfit(`${found(text)}; expected JSON of a name and arguments`);
  }
  const { name, arguments: given = {} } = call;
  const args = typeof given === 'string' ? given : JSON.stringify(given);
  const calls = [{ id, type: 'function', function: { name, arguments: args } }];
  return new Message('assistant', '', { content: null, tool_calls: calls });
}

/**
 * Tools as OpenAI's API has them; some data sets have functions alone, and some have the list as JSON in a text.
 * @returns undefined if it is none of these
 */
export function toolsOf(value: unknown): readonly object[] | undefined {
  const list = typeof value === 'string' ? parsedJson(value) : value;
  if (!Array.isArray(list)) return undefined;
  const tools = list.flatMap((tool) => {
    if (!isObject(tool)) return [];
    if (tool['type'] === 'function' && isObject(tool['function'])) return [tool];
    return typeof tool['name'] === 'string' && tool['type'] === undefined
      ? [{ type: 'function', function: tool }]
      : [];
  });
  return tools.length === list.length ? tools : undefined;
}
