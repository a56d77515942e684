import { UsageError } from '../../base/errors.ts';
import type { TraceFacts } from './format.ts';

type Rounding = NonNullable<TraceFacts['rounding']>;

const COMMON_BLOCKS = [8, 16, 32, 64, 128, 256, 512, 1024];

/**
 * Checks that every input has as many hash ids as it has blocks. Formats say whether the last, partial block
 * has one, but files are made by many tools: the first input where it matters says so for the whole file.
 */
export class IdCounts {
  readonly #blockTokens: number;
  readonly #expected: Rounding;
  #told: { readonly rounding: Rounding; readonly where: string } | undefined;

  constructor(blockTokens: number, expected: Rounding) {
    this.#blockTokens = blockTokens;
    this.#expected = expected;
  }

  /** @throws UsageError if it has more or fewer; `field` is the input's length, for the error. */
  check(where: string, ids: number, inputTokens: number, field: string): void {
    const ceil = Math.ceil(inputTokens / this.#blockTokens);
    const floor = Math.floor(inputTokens / this.#blockTokens);
    const fits = ids === ceil || ids === floor;
    if (fits && ceil !== floor) {
      this.#told ??= { rounding: ids === ceil ? 'ceil' : 'floor', where };
    }
    const expected = (this.#told?.rounding ?? this.#expected) === 'ceil' ? ceil : floor;
    if (ids === expected) return;
    const why = fits ? this.#otherwise() : fittingBlocks(ids, inputTokens);
    throw new UsageError(
      `${where}: hash_ids: found ${ids}; expected ${expected} for ${field} ${inputTokens} in blocks of ${this.#blockTokens}${why}`,
    );
  }

  #otherwise(): string {
    const { rounding, where } = this.#told!;
    return `: ${where} has ${rounding === 'ceil' ? 'an id' : 'no id'} for the last, partial block`;
  }
}

function fittingBlocks(ids: number, inputTokens: number): string {
  const fitting =
    ids > 0 &&
    COMMON_BLOCKS.find((tokens) =>
      [Math.ceil, Math.floor].some((round) => round(inputTokens / tokens) === ids),
    );
  return !fitting
    ? ''
    : ` (blocks of ${fitting} would fit); if they are so, say it: --block-tokens ${fitting}, or conversation.trace.blockTokens`;
}
