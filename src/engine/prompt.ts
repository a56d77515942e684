import type { Clock } from '../base/clock.ts';
import type { DefectOptions } from '../scenario/defects.ts';
import { Message } from '../workload/message.ts';
import type { EngineObserver } from './engine.ts';
import { retokenised } from './retokenised.ts';
import { reasoningParser, THINK_CLOSE, THINK_OPEN, thoughtIn } from './thinking.ts';
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
const OPEN = Int32Array.of(THINK_OPEN.id);
const CLOSE = Int32Array.of(THINK_CLOSE.id);
/** No reasoning, as Qwen3's template says it at the end of the prompt that asks for an answer. */
const EMPTY_THOUGHT = Int32Array.of(THINK_OPEN.id, THINK_CLOSE.id);
const NOTHING = new Int32Array(0);
/** The minute's token counts down from here. */
const FIRST_MINUTE = -1000;
const MINUTE_MS = 60_000;

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'];

/** Texts of about this many characters are tokenized and kept on their own. */
const PIECE_CHARS = 2048;
const CACHE_TOKENS = 8_000_000;

export interface PromptOptions {
  readonly cacheTokens?: number;
  /** The model reasons: `<think>` and `</think>` are tokens of its vocabulary. */
  readonly isReasoning?: boolean;
  readonly defects?: Pick<DefectOptions, 'retokenised' | 'thinkingStripped' | 'templateDrift'>;
  /** Which answers come back as other tokens follows from it. */
  readonly seed?: string | number;
  /** For `templateDrift: clock`. */
  readonly clock?: Pick<Clock, 'now'>;
}

/**
 * Makes prompts of token ids, by a chat template in the manner of ChatML: BEGIN, role, content, END for
 * every message, then BEGIN and the assistant's role. Contents are tokenized apart from each other and
 * kept, so a turn costs the tokenizing of its new text, however long the history. No template trims:
 * the prompt of the next turn starts with this turn's prompt and answer, token for token, reasoning
 * included if it is sent back as a think block; the defects are what breaks that.
 */
export class PromptBuilder {
  readonly #tokenizer: Coder;
  readonly #options: PromptOptions;
  readonly #texts: TokenCache;
  /** Answers as the history has them, where that is not just their text. */
  readonly #answers: TokenCache;
  readonly #messages = new WeakMap<Message, Int32Array>();
  /** Apart from the texts, because every message looks one up. */
  readonly #roles: ReadonlyMap<string, Int32Array>;
  readonly #areAnswersPlain: boolean;

  constructor(tokenizer: Coder, options: PromptOptions = {}) {
    const { isReasoning, defects, cacheTokens = CACHE_TOKENS } = options;
    this.#tokenizer = tokenizer;
    this.#options = options;
    this.#texts = new TokenCache(cacheTokens);
    this.#answers = new TokenCache(cacheTokens);
    this.#roles = new Map(ROLES.map((role) => [role, this.#encode(role)]));
    this.#areAnswersPlain = !(isReasoning || defects?.thinkingStripped || defects?.retokenised);
  }

  /** The prompt that asks for the assistant's next message. */
  chat(messages: readonly PromptMessage[]): Int32Array {
    const parts: Int32Array[] = [this.#before()];
    for (const message of messages) {
      parts.push(BEGIN, this.#role(message.role), this.#content(message), END);
    }
    parts.push(BEGIN, this.#role('assistant'), this.#after());
    return concatenate(parts);
  }

  /** The prompt of a text without a template. Texts that grow at their end cost only what is new. */
  text(text: string): Int32Array {
    return concatenate(this.#marked(text).map((part) => this.#plain(part)));
  }

  /** Keeps the tokens of a text that the engine itself wrote. */
  remember(text: string, ids: Int32Array): void {
    this.#texts.set(text, ids);
  }

  /** Passes everything on, and remembers the answer, its reasoning apart from its content. */
  remembering<O extends EngineObserver>(observer: O): O {
    const kindOf = reasoningParser();
    const ids = { reasoning: [] as number[], content: [] as number[] };
    const texts = { reasoning: '', content: '' };
    return {
      ...observer,
      onToken: (id, text, atMs) => {
        const kind = kindOf(id);
        if (kind !== 'mark') {
          ids[kind].push(id);
          texts[kind] += text;
        }
        observer.onToken(id, text, atMs);
      },
      onEnd: (end, atMs) => {
        this.remember(texts.content, Int32Array.from(ids.content));
        if (texts.reasoning) this.remember(texts.reasoning, Int32Array.from(ids.reasoning));
        observer.onEnd(end, atMs);
      },
    };
  }

  #before(): Int32Array {
    const { defects, clock } = this.#options;
    if (defects?.templateDrift !== 'clock' || !clock) return NOTHING;
    return Int32Array.of(FIRST_MINUTE - Math.floor(clock.now() / MINUTE_MS));
  }

  #after(): Int32Array {
    return this.#options.defects?.templateDrift === 'generationPrompt' ? EMPTY_THOUGHT : NOTHING;
  }

  #role(role: string): Int32Array {
    return this.#roles.get(role) ?? this.#encode(role);
  }

  /** A message lives as long as its conversation, and its tokens as long as the message. */
  #content(message: PromptMessage): Int32Array {
    if (!(message instanceof Message)) return this.#rendered(message);
    let ids = this.#messages.get(message);
    if (!ids) {
      ids = this.#rendered(message);
      this.#messages.set(message, ids);
    }
    return ids;
  }

  #rendered({ role, text }: PromptMessage): Int32Array {
    if (role !== 'assistant' || this.#areAnswersPlain) return this.#encode(text);
    let ids = this.#answers.get(text);
    if (!ids) {
      ids = this.#answer(text);
      this.#answers.set(text, ids);
    }
    return ids;
  }

  /** An answer in the history: its think block, unless the template drops it, and its content. */
  #answer(text: string): Int32Array {
    const { isReasoning, defects, seed = 0 } = this.#options;
    const parses = isReasoning || defects?.thinkingStripped;
    const { reasoning, content } = parses ? thoughtIn(text) : { content: text };
    const share = defects?.retokenised ?? 0;
    const said = retokenised(this.#encode(content), { share, seed });
    if (reasoning === undefined || defects?.thinkingStripped) return said;
    return concatenate([OPEN, this.#encode(reasoning), CLOSE, said]);
  }

  /** A text cut at the marks of reasoning, where they are tokens; the marks are parts of their own. */
  #marked(text: string): string[] {
    return this.#options.isReasoning ? text.split(/(<\/?think>)/) : [text];
  }

  #plain(part: string): Int32Array {
    if (this.#options.isReasoning && part === THINK_OPEN.text) return OPEN;
    if (this.#options.isReasoning && part === THINK_CLOSE.text) return CLOSE;
    return concatenate(pieces(part).map((piece) => this.#encode(piece)));
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
