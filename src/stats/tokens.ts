import type { TurnRecord } from '../record/record.ts';

/** Tokens of completed requests. */
export interface TokenTotals {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cache: CacheTotals;
}

/** Of the requests whose usage named cached tokens: an engine that did not say is not one without hits. */
export interface CacheTotals {
  readonly reported: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** cached / input tokens, 0 to 1; absent if no request reported. */
  readonly share?: number;
}

export class Tokens {
  #inputTokens = 0;
  #outputTokens = 0;
  #reported = 0;
  #reportedInputTokens = 0;
  #cachedTokens = 0;

  add({ status, inputTokens, outputTokens, cachedTokens }: TurnRecord): void {
    if (status !== 'ok') return;
    this.#inputTokens += inputTokens ?? 0;
    this.#outputTokens += outputTokens ?? 0;
    if (cachedTokens === undefined || inputTokens === undefined) return;
    this.#reported++;
    this.#reportedInputTokens += inputTokens;
    this.#cachedTokens += cachedTokens;
  }

  merge(other: Tokens): void {
    this.#inputTokens += other.#inputTokens;
    this.#outputTokens += other.#outputTokens;
    this.#reported += other.#reported;
    this.#reportedInputTokens += other.#reportedInputTokens;
    this.#cachedTokens += other.#cachedTokens;
  }

  close(): TokenTotals {
    const inputTokens = this.#reportedInputTokens;
    return {
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
      cache: {
        reported: this.#reported,
        inputTokens,
        cachedTokens: this.#cachedTokens,
        ...(inputTokens > 0 && { share: this.#cachedTokens / inputTokens }),
      },
    };
  }
}
