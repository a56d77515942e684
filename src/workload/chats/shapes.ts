import { isObject } from '../../base/json.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A conversation of a file, with its messages where they are looked for, as `role` and `content` or `from` and `value`. */
export interface Shaped {
  /** What the file calls it; undefined: nothing. */
  readonly id: unknown;
  /** Of its messages, where they are in the file. */
  readonly list: string;
  readonly messages: readonly unknown[];
  /** What it has besides. */
  readonly fields: Fields;
  /** It has questions alone, each to be asked when the one before is answered. */
  readonly hasNoAnswers?: true;
}

interface Shape {
  readonly says: string;
  /** undefined: it is none of these. */
  shaped(value: Fields): Shaped | undefined;
}

/** In the order in which they are tried. */
export const SHAPES = {
  openai: {
    says: 'OpenAI messages: messages',
    shaped: listed('messages'),
  },
  sharegpt: { says: 'ShareGPT: conversations, or items', shaped: listed('conversations', 'items') },
  lmsys: { says: 'LMSYS-Chat, WildChat: conversation', shaped: listed('conversation') },
  'openai-batch': {
    says: "requests of OpenAI's batch API: custom_id and body",
    shaped: ({ custom_id: id, body, ...rest }) => {
      if (!isObject(body)) return undefined;
      const { messages, prompt, input, ...request } = body;
      const [list, said] =
        Object.entries({ messages, prompt, input }).find(([, one]) => one != null) ?? [];
      const asked = typeof said === 'string' ? [user(said)] : said;
      const fields = { ...rest, ...request };
      return Array.isArray(asked)
        ? { id, list: `body.${list}`, messages: asked, fields }
        : undefined;
    },
  },
  arena: {
    says: 'Chatbot Arena: conversation_a, of two that begin alike',
    shaped: ({ conversation_a: messages, question_id: id, ...fields }) =>
      Array.isArray(messages) ? { id, list: 'conversation_a', messages, fields } : undefined,
  },
  'mt-bench': {
    says: 'MT-bench, Arena-Hard: turns, which are questions alone',
    shaped: ({ turns, question_id: id, ...fields }) => {
      if (!Array.isArray(turns)) return undefined;
      const messages = turns.map((turn) => user(isObject(turn) ? turn['content'] : turn));
      return { id, list: 'turns', messages, fields, hasNoAnswers: true };
    },
  },
  ultrachat: {
    says: 'UltraChat: data, a list of texts by turns',
    shaped: ({ data, id, ...fields }) => {
      if (!Array.isArray(data) || !data.length || !data.every(isText)) return undefined;
      const messages = data.map((text, i) => (i % 2 ? assistant(text) : user(text)));
      return { id, list: 'data', messages, fields };
    },
  },
  alpaca: {
    says: 'Alpaca: instruction, input and output, perhaps with history',
    shaped: ({ instruction, input, output, history, id, ...fields }) => {
      if (instruction === undefined) return undefined;
      const earlier = Array.isArray(history) ? history : [];
      const messages = [
        ...earlier.flatMap((pair) =>
          Array.isArray(pair) ? [user(pair[0]), assistant(pair[1])] : [pair],
        ),
        user(isText(instruction) && isText(input) ? `${instruction}\n${input}` : instruction),
        ...(output == null || output === '' ? [] : [assistant(output)]),
      ];
      return {
        id,
        list: earlier.length ? 'history and instruction' : 'instruction',
        messages,
        fields,
      };
    },
  },
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;

/** The messages of a value in any of these shapes, and in which it is. */
export function shapedOf(value: Fields): (Shaped & { readonly shape: ShapeName }) | undefined {
  for (const [shape, { shaped }] of Object.entries<Shape>(SHAPES)) {
    const found = shaped(value);
    if (found) return { ...found, shape: shape as ShapeName };
  }
  return undefined;
}

function listed(...names: readonly string[]): Shape['shaped'] {
  return (value) => {
    const list = names.find((name) => Array.isArray(value[name]));
    if (list === undefined) return undefined;
    return { id: value['id'], list, messages: value[list] as unknown[], fields: value };
  };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function user(content: unknown): object {
  return { role: 'user', content };
}

function assistant(content: unknown): object {
  return { role: 'assistant', content };
}
