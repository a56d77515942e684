import { found, isObject } from '../../base/json.ts';

/** What a message's content is: its text, and what is sent instead of it where that is more than a text. */
export interface Content {
  readonly text: string;
  /** All of it is in the text. */
  readonly isText: boolean;
  /** A list of OpenAI's parts; undefined: the text is sent. */
  readonly parts?: readonly object[];
}

/** Why a content cannot be sent: the kind of reason, by which such are counted, and what was found where. */
export interface Unfit {
  readonly reason: string;
  readonly detail: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * What is made of a part of this type: a text, wherever the data set has it; or a part that OpenAI's API
 * knows, sent with its own field and no other. A type that is not here is refused by its name: what it
 * says would be lost.
 */
const PARTS = {
  text: 'text',
  input_text: 'text',
  output_text: 'text',
  markdown: 'text',
  image_url: 'sent',
  input_audio: 'sent',
  audio_url: 'sent',
  video_url: 'sent',
  file: 'sent',
  refusal: 'sent',
} as const satisfies Record<string, 'text' | 'sent'>;

type PartType = keyof typeof PARTS;

/** The fields that a part's text may be in, the first that has one. */
const TEXTS = ['text', 'value', 'content'];

/**
 * The content of a message in any shape that public data sets have: a text, OpenAI's list of parts, a list
 * of texts, of parts with `value` or `content` (LLaMA-Factory, processors), `{text: {value}}` (Assistants),
 * parts without a type, `{parts}` (Gemini, ChatGPT's export), or one part alone.
 */
export function contentOf(content: unknown, where: string): Content | Unfit {
  if (typeof content === 'string') return { text: content, isText: true };
  const list = listOf(content);
  if (!list) return malformed(`${where}: ${found(content)}; expected a text or a list of parts`);
  const parts: Part[] = [];
  for (const [i, value] of list.entries()) {
    const part = partOf(value, `${where}[${i}]`);
    if ('reason' in part) return part;
    parts.push(part);
  }
  const text = parts.map((part) => part.text ?? '').join('');
  const isText = parts.every((part) => part.text !== undefined);
  // What no OpenAI server would read as a list is one text.
  if (isText && !parts.some(({ isOpenAi }) => isOpenAi)) return { text, isText };
  return { text, isText, parts: parts.map(({ sent }) => sent) };
}

function listOf(content: unknown): readonly unknown[] | undefined {
  if (Array.isArray(content)) return content;
  if (!isObject(content)) return undefined;
  return Array.isArray(content['parts']) ? content['parts'] : [content];
}

interface Part {
  /** undefined: it is none. */
  readonly text: string | undefined;
  readonly sent: object;
  /** It is written as OpenAI has it. */
  readonly isOpenAi: boolean;
}

function partOf(part: unknown, where: string): Part | Unfit {
  if (typeof part === 'string') return textPart(part, false);
  if (!isObject(part)) return malformed(`${where}: ${found(part)}; expected a text or a part`);
  const { type = 'text' } = part;
  if (!isKnown(type)) {
    const accepted = Object.keys(PARTS).join(', ');
    const reason = typeof type === 'string' ? `part of type "${type}"` : 'malformed';
    return { reason, detail: `${where}.type: ${found(type)}; expected ${accepted}` };
  }
  if (PARTS[type] === 'sent') {
    if (part[type] != null) {
      return { text: undefined, sent: { type, [type]: part[type] }, isOpenAi: true };
    }
    return malformed(`${where}.${type}: ${found(part[type])}; expected what is to be sent`);
  }
  const text = textIn(part);
  if (text === undefined) return malformed(`${where}: ${found(part)}; expected a text in 'text'`);
  return textPart(text, part['type'] === 'text' && typeof part['text'] === 'string');
}

function isKnown(type: unknown): type is PartType {
  return typeof type === 'string' && Object.hasOwn(PARTS, type);
}

function textPart(text: string, isOpenAi: boolean): Part {
  return { text, sent: { type: 'text', text }, isOpenAi };
}

function textIn(part: Fields): string | undefined {
  for (const field of TEXTS) {
    const value = part[field];
    const text = isObject(value) ? value['value'] : value;
    if (typeof text === 'string') return text;
  }
  return undefined;
}

function malformed(detail: string): Unfit {
  return { reason: 'malformed', detail };
}
