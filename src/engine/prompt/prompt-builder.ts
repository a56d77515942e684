import type { Clock } from '../../base/clock.ts';
import type { DefectOptions } from '../../scenario/defects.ts';
import type { EngineObserver } from '../serving.ts';
import { GrownPrompt } from './grown-prompt.ts';
import { type TextCoder, textCoder } from './piecewise.ts';
import type { PromptMessage } from './prompt-message.ts';
import { retokenised } from './retokenised.ts';
import { reasoningParser, THINK_CLOSE, THINK_OPEN, thoughtIn } from './thinking.ts';
import { TokenCache } from './token-cache.ts';
import { type TokenIds, tokenIds } from './token-ids.ts';
import type { Coder } from './vocabulary.ts';

type Encode = (text: string) => Int32Array;

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
/** As ChatML and Qwen write them. */
const TEMPLATE_TEXTS: ReadonlyMap<number, string> = new Map([
  [BEGIN[0]!, '<|im_start|>'],
  [END[0]!, '<|im_end|>'],
  [THINK_OPEN.id, THINK_OPEN.text],
  [THINK_CLOSE.id, THINK_CLOSE.text],
]);

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
  readonly #coder: TextCoder;
  readonly #options: PromptOptions;
  readonly #texts: TokenCache;
  readonly #conversations = new WeakMap<object, GrownPrompt>();
  /** Apart from the texts, because every message looks one up. */
  readonly #roles: ReadonlyMap<string, Int32Array>;
  /** What every prompt of a chat ends with. */
  readonly #after: Int32Array;
  /** For what is not asked for again: its prompt is kept. */
  readonly #encodeOnce: Encode;
  #ids: TokenIds | undefined;

  constructor(tokenizer: Coder, options: PromptOptions = {}) {
    const { defects, cacheTokens = CACHE_TOKENS } = options;
    this.#tokenizer = tokenizer;
    this.#coder = textCoder(tokenizer);
    this.#options = options;
    this.#texts = new TokenCache(cacheTokens);
    this.#roles = new Map(ROLES.map((role) => [role, this.#encode(role)]));
    const drift = defects?.templateDrift === 'generationPrompt' ? EMPTY_THOUGHT : NOTHING;
    this.#after = concatenate([BEGIN, this.#role('assistant'), drift]);
    this.#encodeOnce = this.#coder.isCheap ? this.#coder.encode : (text) => this.#encode(text);
  }

  /**
   * The prompt that asks for the assistant's next message. `conversation`: the object that stands for it
   * in this process, with which its tokens are kept and go.
   */
  chat(messages: readonly PromptMessage[], conversation?: object): Int32Array {
    const ends = { before: this.#before(), after: this.#after };
    if (!conversation) return concatenate([ends.before, ...this.#frames(messages), ends.after]);
    let grown = this.#conversations.get(conversation);
    if (!grown) this.#conversations.set(conversation, (grown = new GrownPrompt()));
    return grown.with(messages, (message) => this.#framed(message, this.#encodeOnce), ends);
  }

  /** The same messages without asking for another; `isOpen`: the last one may still go on. */
  chatSoFar(messages: readonly PromptMessage[], isOpen: boolean): Int32Array {
    const parts = this.#frames(messages);
    return concatenate([this.#before(), ...(isOpen ? parts.slice(0, -1) : parts)]);
  }

  /** The prompt of a text without a template. Texts that grow at their end cost only what is new. */
  text(text: string): Int32Array {
    return concatenate(this.#marked(text).map((part) => this.#plain(part)));
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

  /** How a client knows the ids of tokens. */
  get ids(): TokenIds {
    return (this.#ids ??= tokenIds(TEMPLATE_TEXTS.size, this.#tokenizer.vocabularySize));
  }

  /** A token as the vocabulary spells it, or else its text. */
  pieceOf(id: number): string {
    return TEMPLATE_TEXTS.get(id) ?? this.#tokenizer.pieceOf?.(id) ?? this.#decodeWords([id]);
  }

  /** Keeps the tokens of a text that the engine itself wrote. */
  remember(text: string, ids: Int32Array): void {
    this.#texts.set(text, ids);
  }

  /**
   * Passes everything on, and remembers the answer, its reasoning apart from its content, where
   * tokenizing it again would cost more.
   */
  remembering<O extends EngineObserver>(observer: O): O {
    if (this.#coder.isCheap) return observer;
    const kindOf = reasoningParser();
    const ids = { reasoning: [] as number[], content: [] as number[] };
    const texts = { reasoning: '', content: '' };
    return {
      ...observer,
      onToken: (id, text, atMs, ending) => {
        const kind = kindOf(id);
        if (kind !== 'mark') {
          ids[kind].push(id);
          texts[kind] += text;
        }
        observer.onToken(id, text, atMs, ending);
      },
      onEnd: (end, atMs) => {
        this.remember(texts.content, Int32Array.from(ids.content));
        if (texts.reasoning) this.remember(texts.reasoning, Int32Array.from(ids.reasoning));
        observer.onEnd(end, atMs);
      },
    };
  }

  #frames(messages: readonly PromptMessage[]): Int32Array[] {
    const encode = (text: string) => this.#encode(text);
    return messages.flatMap((message) => this.#framed(message, encode));
  }

  #before(): Int32Array {
    const { defects, clock } = this.#options;
    if (defects?.templateDrift !== 'clock' || !clock) return NOTHING;
    return Int32Array.of(FIRST_MINUTE - Math.floor(clock.now() / MINUTE_MS));
  }

  #role(role: string): Int32Array {
    return this.#roles.get(role) ?? this.#encode(role);
  }

  #framed({ role, text }: PromptMessage, encode: Encode): Int32Array[] {
    const content = role === 'assistant' ? this.#answer(text, encode) : [encode(text)];
    return [BEGIN, this.#role(role), ...content, END];
  }

  /** An answer in the history: its think block, unless the template drops it, and its content. */
  #answer(text: string, encode: Encode): Int32Array[] {
    const { isReasoning, defects, seed = 0 } = this.#options;
    const parses = isReasoning || defects?.thinkingStripped;
    const { reasoning, content } = parses ? thoughtIn(text) : { content: text };
    const share = defects?.retokenised ?? 0;
    const said = retokenised(encode(content), { share, seed });
    if (reasoning === undefined || defects?.thinkingStripped) return [said];
    return [OPEN, encode(reasoning), CLOSE, said];
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

  #decodeWords(ids: readonly number[]): string {
    return ids.length ? this.#tokenizer.decode([...ids]) : '';
  }

  #encode(text: string): Int32Array {
    const known = this.#texts.get(text);
    if (known) return known;
    const ids = this.#coder.encode(text);
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
