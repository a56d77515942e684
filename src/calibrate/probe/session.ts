import type { Clock } from '../../base/clock.ts';
import { Interrupted } from '../../base/errors.ts';
import { type Rng, stream } from '../../base/random.ts';
import { type Answered, type Asked, sendProbe, type Watching } from './request.ts';
import type { ProbeTarget } from './target.ts';
import { randomWords } from './words.ts';

/** Where everything that is measured goes at once. */
export interface ProbeKeeper {
  answered(what: string, answered: Answered): void;
  page(atMs: number, text: string): void;
}

export interface SessionOptions {
  readonly target: ProbeTarget;
  readonly clock: Clock;
  readonly keeper: ProbeKeeper;
  readonly budgetMs: number;
  /** Tells this session's prompts from those of any other. */
  readonly seed: string;
  readonly givenUp?: AbortSignal | undefined;
  /** What is being done, and how much time there still is. */
  readonly progress?: (stage: string, leftMs: number) => void;
}

/** How long an answer may still be waited for once the budget is spent. */
const GRACE_MS = 30_000;

/** One go at a server: its probes have numbers from 0, and every one is kept. */
export class ProbeSession {
  readonly target: ProbeTarget;
  readonly clock: Clock;
  readonly startMs: number;
  /** Input tokens of a prompt of no words, and of each word more. */
  overheadTokens = 0;
  tokensPerWord = 1;
  /** Fields of every request from here on. */
  fields: Asked['fields'];
  readonly failures: Answered[] = [];
  /** Of all that was answered, as its usage has it. */
  readonly sums = { requests: 0, inputTokens: 0, outputTokens: 0 };
  readonly #options: SessionOptions;
  readonly #rng: Rng;
  #count = 0;

  constructor(options: SessionOptions) {
    const { target, clock, seed } = options;
    this.target = target;
    this.clock = clock;
    this.startMs = clock.now();
    this.#options = options;
    this.#rng = stream(seed, 'calibrate');
  }

  /** Of the budget. */
  get leftMs(): number {
    return this.startMs + this.#options.budgetMs - this.clock.now();
  }

  get budgetMs(): number {
    return this.#options.budgetMs;
  }

  get spentMs(): number {
    return this.clock.now() - this.startMs;
  }

  stage(name: string): void {
    this.#options.progress?.(name, this.leftMs);
  }

  /** A text that no prompt before it began like, and that makes a prompt of about so many tokens. */
  prompt(tokens: number): string {
    return randomWords(this.#rng, this.wordsFor(tokens));
  }

  wordsFor(tokens: number): number {
    return Math.max(1, Math.round((tokens - this.overheadTokens) / this.tokensPerWord));
  }

  /** @throws Interrupted */
  async ask(what: string, asked: Asked, watching?: Watching): Promise<Answered> {
    if (this.#options.givenUp?.aborted) throw new Interrupted();
    const lastMs = this.startMs + this.#options.budgetMs + GRACE_MS;
    const full = this.fields ? { ...asked, fields: { ...this.fields, ...asked.fields } } : asked;
    const way = { transport: this.target.transport, clock: this.clock };
    const answered = await sendProbe(way, this.#count++, full, lastMs, watching);
    this.#options.keeper.answered(what, answered);
    if (answered.failure !== undefined) this.failures.push(answered);
    else {
      this.sums.requests++;
      this.sums.inputTokens += answered.usage?.inputTokens ?? 0;
      this.sums.outputTokens += answered.usage?.outputTokens ?? answered.deltasMs.length;
    }
    return answered;
  }

  /** A fresh prompt of so many tokens. */
  fresh(what: string, tokens: number, maxTokens = 1): Promise<Answered> {
    return this.ask(what, { text: this.prompt(tokens), maxTokens });
  }

  /** The server's page of metrics, which is kept; undefined: it has none. */
  async page(): Promise<string | undefined> {
    const atMs = this.clock.now();
    const text = await this.target.scrape();
    if (text !== undefined) this.#options.keeper.page(atMs, text);
    return text;
  }
}

/** From sent to the first token; undefined: there was none. */
export function ttftMsOf({ sentMs, deltasMs }: Answered): number | undefined {
  return deltasMs[0] === undefined ? undefined : deltasMs[0] - sentMs;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
