import { UsageError } from '../../base/errors.ts';
import type { ReadOptions } from './format.ts';
import { msOf } from './row.ts';

/** Of fewer requests nothing is concluded. */
const LEAST = 20;
/** A request every millisecond, on the whole: no trace that is published comes near. */
const FASTEST_GAP_MS = 1;
/**
 * Different times that are all whole numbers, and nearer on the whole: so fast a load would have fractions or
 * ones that follow each other. Whole seconds are some apart.
 */
const FASTEST_WHOLE_GAP_MS = 10;
/** An answer's tokens come no faster than one in so long. */
const FASTEST_TOKEN_MS = 0.2;
/** Requests of all users, so far apart on the whole, and all at whole numbers; of a format that has no others. */
const SLOWEST_GAP_SEC = 60;
const SLOWEST_WHOLE_GAP_SEC = 3600;

/**
 * Turns a file's times into milliseconds, and looks at whether they are what the format says: a trace in
 * seconds that is played as milliseconds is over at once, and nothing else about it looks wrong.
 */
export class TimeUnit {
  readonly #file: string;
  readonly #field: string;
  readonly #unit: 'ms' | 's';
  readonly #isSaid: boolean;
  readonly #slowestSec: number;
  #count = 0;
  #firstMs = Infinity;
  #lastMs = -Infinity;
  #isWhole = true;
  /** Those that are others than the one before. */
  #changes = 0;
  #lastTime: number | undefined;
  readonly #before = new Map<string, { readonly atMs: number; readonly tokens: number }>();
  #turns = 0;
  #impossible = 0;

  constructor(
    file: string,
    field: string,
    own: 'ms' | 's',
    { timeUnit }: Pick<ReadOptions, 'timeUnit'>,
    { isAlwaysWhole = false } = {},
  ) {
    this.#slowestSec = isAlwaysWhole ? SLOWEST_WHOLE_GAP_SEC : SLOWEST_GAP_SEC;
    this.#file = file;
    this.#field = field;
    this.#unit = timeUnit ?? own;
    this.#isSaid = timeUnit !== undefined;
  }

  /** @param session whose next turn cannot come before this one's answer of so many tokens */
  toMs(time: number, session?: string, outputTokens = 0): number {
    const atMs = this.#unit === 's' ? msOf(time) : time;
    this.#count++;
    this.#firstMs = Math.min(this.#firstMs, atMs);
    this.#lastMs = Math.max(this.#lastMs, atMs);
    this.#isWhole &&= Number.isInteger(time);
    if (time !== this.#lastTime) this.#changes++;
    this.#lastTime = time;
    if (session !== undefined) this.#turn(session, atMs, outputTokens);
    return atMs;
  }

  /** The same of a span, which says nothing of the unit by itself. */
  spanMs(time: number): number {
    return this.#unit === 's' ? msOf(time) : time;
  }

  /** @throws UsageError after the last time, if they look like those of the other unit. */
  check(): void {
    if (this.#isSaid) return;
    const gapMs = (this.#lastMs - this.#firstMs) / (this.#count - 1);
    if (this.#unit === 'ms' && this.#count >= LEAST && gapMs < FASTEST_GAP_MS && gapMs > 0) {
      throw this.#error(
        'seconds',
        `${this.#count} requests come within ${spanned(this.#lastMs - this.#firstMs)}`,
      );
    }
    const changeMs = (this.#lastMs - this.#firstMs) / (this.#changes - 1);
    const isNear = changeMs > FASTEST_GAP_MS && changeMs < FASTEST_WHOLE_GAP_MS;
    if (this.#unit === 'ms' && this.#isWhole && this.#changes >= LEAST && isNear) {
      throw this.#error(
        'seconds',
        `${this.#changes} times, all whole numbers, come within ${spanned(this.#lastMs - this.#firstMs)}`,
      );
    }
    if (this.#unit === 'ms' && this.#turns >= LEAST && this.#impossible > this.#turns / 2) {
      throw this.#error(
        'seconds',
        `${this.#impossible} of ${this.#turns} turns come before the answer before them can have ended`,
      );
    }
    const gapSec = gapMs / 1000;
    if (this.#unit === 's' && this.#count >= LEAST && this.#isWhole && gapSec >= this.#slowestSec) {
      throw this.#error(
        'milliseconds',
        `${this.#count} requests, all at whole numbers, take ${spanned(this.#lastMs - this.#firstMs)}`,
      );
    }
  }

  #turn(session: string, atMs: number, tokens: number): void {
    const before = this.#before.get(session);
    this.#before.set(session, { atMs, tokens });
    if (!before || before.tokens < LEAST) return;
    this.#turns++;
    if (atMs - before.atMs < before.tokens * FASTEST_TOKEN_MS) this.#impossible++;
  }

  #error(looks: 'seconds' | 'milliseconds', why: string): UsageError {
    const own = this.#unit === 'ms' ? 'milliseconds' : 'seconds';
    const other = this.#unit === 'ms' ? 's' : 'ms';
    return new UsageError(
      `${this.#file}: ${this.#field}: found ${looks}, by the look of it (as ${own}, ${why}); expected ${own}: if they are, say so: --time-unit ${this.#unit}, or conversation.trace.timeUnit; else ${other}`,
    );
  }
}

function spanned(ms: number): string {
  const days = ms / 86_400_000;
  return days >= 1 ? `${days.toFixed(1)} days` : `${(ms / 1000).toFixed(3)} s`;
}
