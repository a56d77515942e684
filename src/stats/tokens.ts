import type { TurnRecord } from '../record/record.ts';

/** Tokens of completed requests; undefined: there were some, and nobody counted the tokens of any. */
export interface TokenTotals {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly cache: CacheTotals;
}

/** Of the requests whose usage named cached tokens: an engine that did not say is not one without hits. */
export interface CacheTotals {
  readonly reported: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** cached / input tokens, 0 to 1; absent if no request reported. */
  readonly share?: number;
  /** Absent if no request told where its cached tokens came from. */
  readonly external?: ExternalTotals;
}

/** Of the requests that told how many of their cached tokens came from below the GPU. */
export interface ExternalTotals {
  readonly reported: number;
  readonly cachedTokens: number;
  readonly externalTokens: number;
  /** external / cached tokens, 0 to 1; absent if none was cached. */
  readonly share?: number;
}

export class Tokens {
  readonly #input = new Total();
  readonly #output = new Total();
  #reported = 0;
  #reportedInputTokens = 0;
  #cachedTokens = 0;
  readonly #external = new ExternalTokens();

  add(record: TurnRecord): void {
    const { status, inputTokens, outputTokens, cachedTokens } = record;
    if (status !== 'ok') return;
    this.#input.add(inputTokens);
    this.#output.add(outputTokens);
    this.#external.add(record);
    if (cachedTokens === undefined || inputTokens === undefined) return;
    this.#reported++;
    this.#reportedInputTokens += inputTokens;
    this.#cachedTokens += cachedTokens;
  }

  merge(other: Tokens): void {
    this.#input.merge(other.#input);
    this.#output.merge(other.#output);
    this.#reported += other.#reported;
    this.#reportedInputTokens += other.#reportedInputTokens;
    this.#cachedTokens += other.#cachedTokens;
    this.#external.merge(other.#external);
  }

  close(): TokenTotals {
    const inputTokens = this.#reportedInputTokens;
    const external = this.#external.close();
    return {
      inputTokens: this.#input.sum,
      outputTokens: this.#output.sum,
      cache: {
        reported: this.#reported,
        inputTokens,
        cachedTokens: this.#cachedTokens,
        ...(inputTokens > 0 && { share: this.#cachedTokens / inputTokens }),
        ...(external && { external }),
      },
    };
  }
}

/** A sum of numbers of which some are unknown. */
class Total {
  #known = 0;
  #hasKnown = false;
  #hasUnknown = false;

  add(tokens: number | undefined): void {
    if (tokens === undefined) this.#hasUnknown = true;
    else {
      this.#hasKnown = true;
      this.#known += tokens;
    }
  }

  merge(other: Total): void {
    this.#known += other.#known;
    this.#hasKnown ||= other.#hasKnown;
    this.#hasUnknown ||= other.#hasUnknown;
  }

  get sum(): number | undefined {
    return this.#hasUnknown && !this.#hasKnown ? undefined : this.#known;
  }
}

class ExternalTokens {
  #reported = 0;
  #cachedTokens = 0;
  #externalTokens = 0;

  add({ cachedTokens, externalCachedTokens }: TurnRecord): void {
    if (cachedTokens === undefined || externalCachedTokens === undefined) return;
    this.#reported++;
    this.#cachedTokens += cachedTokens;
    this.#externalTokens += externalCachedTokens;
  }

  merge(other: ExternalTokens): void {
    this.#reported += other.#reported;
    this.#cachedTokens += other.#cachedTokens;
    this.#externalTokens += other.#externalTokens;
  }

  close(): ExternalTotals | undefined {
    if (this.#reported === 0) return undefined;
    return {
      reported: this.#reported,
      cachedTokens: this.#cachedTokens,
      externalTokens: this.#externalTokens,
      ...(this.#cachedTokens > 0 && { share: this.#externalTokens / this.#cachedTokens }),
    };
  }
}
