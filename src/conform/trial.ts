import { errorText } from '../base/errors.ts';
import { parsedJson } from '../base/json.ts';
import { object } from '../transport/json.ts';
import type { Usage } from '../transport/transport.ts';
import { type Answer, answerOf, idsIn, streamedUsage } from './answer.ts';
import { hit } from './expect.ts';
import { type Counters, gauges, metricsPage, requestsIn, risen } from './pages.ts';
import type { Prompts } from './prompts.ts';
import type { Subject } from './subject.ts';
import { type Check, Silent } from './verdict.ts';
import type { Place, Sending, Wire } from './wire.ts';

type Ids = readonly number[];
type Fields = Readonly<Record<string, unknown>>;

/** Shorter prompts are too little for servers that look for the longest likeness. */
const UNIT_TOKENS = 16;
const IDLE_MS = 5000;
const COUNTED_MS = 3000;
const LOOK_MS = 50;
const LONG_ANSWER = 400;
/** Within which a server notices that its client has gone. */
const UNSEEN_MS = 1000;

/** One probe under way: what it sends, and what it has compared. */
export class Trial {
  readonly wire: Wire;
  readonly subject: Subject;
  readonly prompts: Prompts;
  readonly checks: Check[] = [];
  /** Tokens of a block. */
  readonly block: number;
  /** A number of whole blocks, at least 16 tokens; and tokens that make no whole block. */
  readonly unit: number;
  readonly part: number;

  /** Most tokens that are sent to fill a cache. */
  readonly fillTokensMax: number;

  constructor(
    wire: Wire,
    subject: Subject,
    prompts: Prompts,
    { block, fillTokensMax }: { readonly block: number; readonly fillTokensMax: number },
  ) {
    this.fillTokensMax = fillTokensMax;
    this.wire = wire;
    this.subject = subject;
    this.prompts = prompts;
    this.block = block;
    this.unit = block * Math.ceil(UNIT_TOKENS / block);
    this.part = Math.floor(block / 2);
  }

  check(what: string, expected: number | string, found: number | string): void {
    this.checks.push({ what, expected, found });
  }

  /** That the answer's cached tokens are those of so many that it shares with what was sent before. */
  finds(what: string, shared: number, answer: { readonly usage: Usage }): void {
    const prompt = answer.usage.inputTokens ?? shared + 1;
    this.check(what, hit(shared, prompt, this.block), cachedIn(answer));
  }

  /** @throws Silent where the cache has no room for so many tokens at once, or the model for so long a sequence */
  needs(tokens: number, longest: number): void {
    const { blocks, maxModelTokens } = this.subject;
    if (maxModelTokens !== undefined && longest > maxModelTokens) {
      throw new Silent(`needs sequences of ${longest} tokens; the model has ${maxModelTokens}`);
    }
    const room = blocks === undefined ? undefined : (blocks - 1) * this.block;
    if (room !== undefined && tokens > room) {
      throw new Silent(`needs a cache of ${tokens} tokens; it has ${room}`);
    }
  }

  fresh(count: number): number[] {
    return this.prompts.fresh(count);
  }

  /** A completion of token ids; one token is answered unless it is asked for more. */
  complete(prompt: Ids | string | readonly Ids[], fields: Fields = {}): Promise<Answer> {
    const { model } = this.subject;
    return this.#answered('completions', { model, prompt, max_tokens: 1, ...fields });
  }

  /** The usage of a completion that is streamed. */
  async stream(prompt: Ids, fields: Fields): Promise<Usage> {
    const { model } = this.subject;
    const body = {
      model,
      prompt,
      stream: true,
      stream_options: { include_usage: true },
      ...fields,
    };
    return streamedUsage(await this.sent('completions', body));
  }

  /** Leaves a long answer after its first piece, and waits until the server has seen it where that can be seen. */
  async abandoned(prompt: Ids): Promise<void> {
    const { model, maxModelTokens = Infinity } = this.subject;
    const most = Math.min(LONG_ANSWER, maxModelTokens - prompt.length);
    const leaving = new AbortController();
    const body = { model, prompt, stream: true, max_tokens: most, ignore_eos: true };
    const onText = (text: string) => {
      if (text.includes('data:')) leaving.abort();
    };
    await this.sent('completions', body, { signal: leaving.signal, onText });
    if (!leaving.signal.aborted) throw new Silent('a stream has no pieces');
    if (requestsIn(await this.page()) !== undefined) await this.idle();
    else await this.wire.sleep(UNSEEN_MS);
  }

  /** The share of the KV cache that requests hold, once there are none. */
  async usage(): Promise<number | undefined> {
    return gauges(await this.idle(), ['kvUsage']).kvUsage;
  }

  chat(messages: readonly object[], fields: Fields = {}): Promise<Answer> {
    const { model } = this.subject;
    return this.#answered('chat', { model, messages, max_tokens: 1, ...fields });
  }

  /** As it is answered, whatever that is. */
  async sent(place: Place, body: object, sending?: Sending): Promise<string> {
    const reply = await this.wire.post(place, body, sending).catch((error) => {
      throw new Silent(errorText(error));
    });
    if (sending?.signal?.aborted || reply.status === 200) return reply.text;
    const said = object(object(parsedJson(reply.text))['error'])['message'] ?? reply.text;
    const words = typeof said === 'string' && said.trim() ? `: ${this.wire.says(said)}` : '';
    throw new Silent(`refused with HTTP ${reply.status}${words}`);
  }

  /** Ids of a text; undefined: the server does not tokenize for others. */
  async tokenize(text: string, addSpecial = false): Promise<Ids | undefined> {
    // llama.cpp has the text in `content`.
    const { model } = this.subject;
    const body = { model, prompt: text, content: text, add_special_tokens: addSpecial };
    const reply = await this.wire.post('tokenize', body).catch(() => undefined);
    return reply?.status === 200 ? idsIn(object(parsedJson(reply.text))['tokens']) : undefined;
  }

  /** What makes a server tell the ids of its answer; and these ids, if need be by tokenizing the text again. */
  readonly tellingIds = { return_token_ids: true };

  async idsOf({ choices: [choice], usage }: Answer): Promise<Ids> {
    if (choice?.ids) return choice.ids;
    const ids = choice && (await this.tokenize(choice.text));
    if (ids && ids.length === usage.outputTokens) return ids;
    throw new Silent(
      'token ids of answers are not told (return_token_ids), nor found by /tokenize',
    );
  }

  /** Has the server empty its cache; false: it cannot. */
  async emptied(): Promise<boolean> {
    for (const place of ['resetPrefixCache', 'flushCache'] as const) {
      const reply = await this.wire.post(place, {}).catch(() => undefined);
      if (reply?.status === 200) return true;
    }
    return false;
  }

  page(): Promise<string | undefined> {
    return metricsPage(this.wire);
  }

  /** Waits for requests that are still under way, which only others' can be. */
  async idle(): Promise<string> {
    for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
      const page = await this.page();
      if (page === undefined) throw new Silent('it has no page of metrics');
      const requests = requestsIn(page);
      if (requests === undefined)
        throw new Silent('its metrics do not tell how many requests it runs');
      if (requests === 0) return page;
      if (waitedMs >= IDLE_MS) throw new Silent(`it is busy: ${requests} requests of others`);
      await this.wire.sleep(LOOK_MS);
    }
  }

  /** By how much counters rose while `work` was done; a page may be a little behind, and is waited for until `isAll`. */
  async counted(
    work: () => Promise<void>,
    isAll: (counters: Counters) => boolean = () => true,
  ): Promise<Counters> {
    const before = await this.idle();
    await work();
    for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
      const counters = risen(before, await this.idle());
      if (isAll(counters) || waitedMs >= COUNTED_MS) return counters;
      await this.wire.sleep(LOOK_MS);
    }
  }

  async #answered(place: Place, body: object): Promise<Answer> {
    return answerOf(await this.sent(place, body));
  }
}

export function cachedIn({ usage }: { readonly usage: Usage }): number {
  if (usage.cachedTokens === undefined) throw new Silent('its usage does not tell cached tokens');
  return usage.cachedTokens;
}

export function promptIn({ usage }: { readonly usage: Usage }): number {
  if (usage.inputTokens === undefined) throw new Silent('its usage does not tell prompt tokens');
  return usage.inputTokens;
}
