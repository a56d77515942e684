import { Message } from '../workload/message.ts';
import type { EngineObserver } from './engine.ts';
import { TokenCache } from './token-cache.ts';
import type { Coder } from './vocabulary.ts';

/** One message as the template needs it; a `Message` is one. */
export interface PromptMessage {
  readonly role: string;
  readonly text: string;
}

/** Special tokens of the template: negative, so that they are in no vocabulary. */
const BEGIN = Int32Array.of(-1);
const END = Int32Array.of(-2);
/** As ChatML writes them. */
const TEMPLATE_TEXTS: ReadonlyMap<number, string> = new Map([
  [BEGIN[0]!, '<|im_start|>'],
  [END[0]!, '<|im_end|>'],
]);
/** The least id that a prompt can have. */
export const TEMPLATE_ID_MIN = -2;

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'];

/** Texts of about this many characters are tokenized and kept on their own. */
const PIECE_CHARS = 2048;
const CACHE_TOKENS = 8_000_000;

/**
 * Makes prompts of token ids, by a chat template in the manner of ChatML: BEGIN, role, content, END for
 * every message, then BEGIN and the assistant's role. Contents are tokenized apart from each other and
 * kept, so a turn costs the tokenizing of its new text, however long the history. No template trims:
 * the prompt of the next turn starts with this turn's prompt and answer, token for token.
 */
export class PromptBuilder {
  readonly #tokenizer: Coder;
  readonly #texts: TokenCache;
  readonly #messages = new WeakMap<Message, Int32Array>();
  /** Apart from the texts, because every message looks one up. */
  readonly #roles: ReadonlyMap<string, Int32Array>;

  constructor(tokenizer: Coder, options: { readonly cacheTokens?: number } = {}) {
    this.#tokenizer = tokenizer;
    this.#texts = new TokenCache(options.cacheTokens ?? CACHE_TOKENS);
    this.#roles = new Map(ROLES.map((role) => [role, this.#encode(role)]));
  }

  /** The prompt that asks for the assistant's next message. */
  chat(messages: readonly PromptMessage[]): Int32Array {
    const parts: Int32Array[] = [];
    for (const message of messages) {
      parts.push(BEGIN, this.#role(message.role), this.#content(message), END);
    }
    parts.push(BEGIN, this.#role('assistant'));
    return concatenate(parts);
  }

  /** The prompt of a text without a template. Texts that grow at their end cost only what is new. */
  text(text: string): Int32Array {
    return concatenate(pieces(text).map((piece) => this.#encode(piece)));
  }

  /** The text of these tokens, those of the template included. */
  decode(ids: readonly number[]): string {
    let text = '';
    let from = 0;
    for (const [index, id] of ids.entries()) {
      const special = TEMPLATE_TEXTS.get(id);
      if (special === undefined) continue;
      text += this.#decodeWords(ids.slice(from, index)) + special;
      from = index + 1;
    }
    return text + this.#decodeWords(ids.slice(from));
  }

  /** Keeps the tokens of a text that the engine itself wrote. */
  remember(text: string, ids: Int32Array): void {
    this.#texts.set(text, ids);
  }

  /** Passes everything on, and remembers the answer. */
  remembering<O extends EngineObserver>(observer: O): O {
    const ids: number[] = [];
    let answer = '';
    return {
      ...observer,
      onToken: (id, text, atMs) => {
        ids.push(id);
        answer += text;
        observer.onToken(id, text, atMs);
      },
      onEnd: (end, atMs) => {
        this.remember(answer, Int32Array.from(ids));
        observer.onEnd(end, atMs);
      },
    };
  }

  #role(role: string): Int32Array {
    return this.#roles.get(role) ?? this.#encode(role);
  }

  /** A message lives as long as its conversation, and its tokens as long as the message. */
  #content(message: PromptMessage): Int32Array {
    if (!(message instanceof Message)) return this.#encode(message.text);
    let ids = this.#messages.get(message);
    if (!ids) {
      ids = this.#encode(message.text);
      this.#messages.set(message, ids);
    }
    return ids;
  }

  #decodeWords(ids: readonly number[]): string {
    return ids.length ? this.#tokenizer.decode([...ids]) : '';
  }

  #encode(text: string): Int32Array {
    const known = this.#texts.get(text);
    if (known) return known;
    const ids = Int32Array.from(this.#tokenizer.encode(text));
    this.#texts.set(text, ids);
    return ids;
  }
}

/**
 * Cuts a text before every first ` word` that is PIECE_CHARS after the last cut: there, tokens of the
 * pieces are the tokens of the whole, and the cuts stay where they are when the text grows.
 */
export function pieces(text: string): string[] {
  const boundary = /\S(?= [A-Za-z])/g;
  const found: string[] = [];
  let from = 0;
  while (from + PIECE_CHARS < text.length) {
    boundary.lastIndex = from + PIECE_CHARS;
    const match = boundary.exec(text);
    if (!match) break;
    found.push(text.slice(from, match.index + 1));
    from = match.index + 1;
  }
  if (from < text.length) found.push(text.slice(from));
  return found;
}

function concatenate(parts: readonly Int32Array[]): Int32Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
