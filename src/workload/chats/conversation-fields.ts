import { found, isObject } from '../../base/json.ts';
import type { Unfit } from './content.ts';
import { toolsOf } from './function-calls.ts';
import { isEmpty } from './message-fields.ts';

/** What a conversation has beside its messages that an engine is to know. */
export interface ConversationFields {
  /** Sent with every request of the conversation. */
  readonly request: Readonly<Record<string, unknown>> | undefined;
  /** Said by the system before everything. */
  readonly system: string | undefined;
  /** Names of fields that are the data set's own affair. */
  readonly unsent: readonly string[];
}

/** What is sent for a value; undefined: it can be none. */
interface RequestField {
  readonly accepts: string;
  sent(value: unknown): unknown;
}

/** Fields of a request in OpenAI's API, sent if they can be what it has there. */
const REQUEST: Readonly<Record<string, RequestField>> = {
  tools: {
    accepts: 'a list of {type: "function", function: {…}}, of functions, or that as JSON in a text',
    sent: toolsOf,
  },
  tool_choice: {
    accepts: 'a text or an object',
    sent: (value) => (typeof value === 'string' || isObject(value) ? value : undefined),
  },
  parallel_tool_calls: {
    accepts: 'true or false',
    sent: (value) => (typeof value === 'boolean' ? value : undefined),
  },
};

/** Fields without which an engine would be asked something else, and for which there is no place in a request. */
const REFUSED = [
  'functions',
  'function_call',
  'documents',
  'images',
  'videos',
  'audios',
  'response_format',
];

/** Names that data sets have for what the system says. */
const SYSTEM = ['system', 'system_prompt', 'system_message'];

/** Sorts the fields of a conversation whose messages are in `list`. */
export function conversationFields(
  fields: Readonly<Record<string, unknown>>,
  list: string,
): ConversationFields | Unfit {
  const request: Record<string, unknown> = {};
  const unsent: string[] = [];
  let system: string | undefined;
  for (const [name, field] of Object.entries(fields)) {
    if (name === list || name === 'id' || isEmpty(field)) continue;
    if (SYSTEM.includes(name)) {
      if (typeof field !== 'string') {
        return { reason: name, detail: `${name}: ${found(field)}; expected a text` };
      }
      system ??= field;
    } else if (REFUSED.includes(name)) {
      const detail = `${name}: ${found(field)}; expected none, as it cannot be sent`;
      return { reason: name, detail };
    } else if (Object.hasOwn(REQUEST, name)) {
      const { accepts, sent } = REQUEST[name]!;
      const value = sent(field);
      if (value === undefined) {
        return { reason: name, detail: `${name}: ${found(field)}; expected ${accepts}` };
      }
      request[name] = value;
    } else unsent.push(name);
  }
  const hasRequest = Object.keys(request).length > 0;
  return { request: hasRequest ? request : undefined, system, unsent };
}
