import { createHash } from 'node:crypto';
import type { Message } from '../workload/message.ts';
import { Chains } from '../workload/traces/chains.ts';
import type { TraceEntry } from '../workload/traces/format.ts';

/**
 * What a cache that never forgets would find of prompts made of messages, in characters: whole messages behind
 * the same beginning. Less than engines find, where messages begin alike.
 */
export interface SaidSummary {
  readonly requests: number;
  readonly messages: number;
  readonly characters: number;
  readonly foundMessages: number;
  readonly foundCharacters: number;
  /** Of the characters. */
  readonly share: number;
  /** Mean over the requests of the share of each. */
  readonly requestMean: number;
  /** Of the requests: those that find a message at all, and that find all of theirs. */
  readonly any: number;
  readonly full: number;
}

interface Said {
  /** A digest of the message. */
  readonly id: string;
  readonly characters: number;
}

/** In the order of time. A prompt is what its session said before, answers as they were recorded, and what is new. */
export class SaidReuse {
  readonly #chains = new Chains();
  readonly #histories = new Map<string, Said[]>();
  #requests = 0;
  #messages = 0;
  #characters = 0;
  #foundMessages = 0;
  #foundCharacters = 0;
  #shares = 0;
  #any = 0;
  #full = 0;

  add({ messages, answer, session, isCumulative }: TraceEntry): void {
    if (!messages) return;
    const history =
      session === undefined || isCumulative ? [] : (this.#histories.get(session) ?? []);
    const prompt = [...history, ...messages.map(said)];
    this.#count(prompt);
    const after = answer ? [...prompt, said(answer)] : prompt;
    // What was answered is in the cache as well.
    this.#chains.namesOf(after.map(({ id }) => id));
    if (session !== undefined) this.#histories.set(session, after);
  }

  /** undefined if no request has messages. */
  close(): SaidSummary | undefined {
    const requests = this.#requests;
    if (requests === 0) return undefined;
    return {
      requests,
      messages: this.#messages,
      characters: this.#characters,
      foundMessages: this.#foundMessages,
      foundCharacters: this.#foundCharacters,
      share: this.#characters > 0 ? this.#foundCharacters / this.#characters : 0,
      requestMean: this.#shares / requests,
      any: this.#any / requests,
      full: this.#full / requests,
    };
  }

  #count(prompt: readonly Said[]): void {
    const before = this.#chains.names;
    const names = this.#chains.namesOf(prompt.map(({ id }) => id));
    let found = 0;
    let foundCharacters = 0;
    let characters = 0;
    for (const [index, one] of prompt.entries()) {
      characters += one.characters;
      if (names[index]! >= before) continue;
      found++;
      foundCharacters += one.characters;
    }
    this.#requests++;
    this.#messages += prompt.length;
    this.#characters += characters;
    this.#foundMessages += found;
    this.#foundCharacters += foundCharacters;
    if (characters > 0) this.#shares += foundCharacters / characters;
    if (found > 0) this.#any++;
    if (found > 0 && found === prompt.length) this.#full++;
  }
}

/** Fields beside the text count as they are sent. */
function said({ role, text, fields }: Message): Said {
  const rest = fields ? JSON.stringify(fields) : '';
  const hash = createHash('sha256').update(`${role}\n${rest}\n`).update(text);
  return { id: hash.digest('base64'), characters: text.length + rest.length };
}
