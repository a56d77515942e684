import { isCount } from '../base/json.ts';
import type { RankFile, RankState } from './rank-file.ts';

/** Who has said nothing for so long is taken for gone. */
export const SILENT_MS = 30_000;

const STATES: Readonly<Record<RankState, true>> = {
  loading: true,
  ready: true,
  playing: true,
  over: true,
  failed: true,
};

interface Seen {
  readonly file: RankFile;
  /** When it was seen to have written again, by this clock. */
  readonly changedMs: number;
  /** It writes: what was found at the first look may be what an earlier process left. */
  readonly isHere: boolean;
  /** The least that its clock is ahead of this one: it wrote before that was read. */
  readonly leastMs: number;
}

/** Who is there, by what the others write. Times are Unix milliseconds of this process's clock. */
export class RollCall {
  readonly #seen = new Map<number, Seen>();
  readonly #looked = new Set<number>();
  readonly #replaced = new Map<number, Set<string>>();
  readonly #isGone: (file: RankFile) => boolean;
  #problem: string | undefined;

  /** `isGone`: known at once, without waiting; where it is not known, false. */
  constructor(isGone: (file: RankFile) => boolean) {
    this.#isGone = isGone;
  }

  /** What was read of a rank's file; undefined: there was nothing. */
  saw(rank: number, value: Readonly<Record<string, unknown>> | undefined, nowMs: number): void {
    const isFirst = !this.#looked.has(rank);
    this.#looked.add(rank);
    const file = value && asRankFile(value);
    if (!file) return;
    const last = this.#seen.get(rank);
    if (last?.file.word === file.word && last.file.beat === file.beat) return;
    const isSame = last?.file.word === file.word;
    if (last?.isHere && !isSame) this.#noteReplaced(last.file, file);
    const leastMs = file.atEpochMs - nowMs;
    this.#seen.set(rank, {
      file,
      changedMs: nowMs,
      isHere: !isFirst,
      leastMs: isSame ? Math.max(last.leastMs, leastMs) : leastMs,
    });
  }

  /** The file of a rank that is there. */
  here(rank: number): RankFile | undefined {
    const seen = this.#seen.get(rank);
    return seen?.isHere ? seen.file : undefined;
  }

  leastMs(rank: number): number | undefined {
    return this.here(rank) && this.#seen.get(rank)!.leastMs;
  }

  /** It was there, and writes no more. */
  isGone(rank: number, nowMs: number): boolean {
    const seen = this.#seen.get(rank);
    if (!seen?.isHere || hasEnded(seen.file)) return false;
    return nowMs - seen.changedMs > SILENT_MS || this.#isGone(seen.file);
  }

  /** Why there can be no start, as far as the ranks that are there say; `own`: what they must be like. */
  problem(own: RankFile, nowMs: number): string | undefined {
    if (this.#problem) return this.#problem;
    for (const [rank, { file, isHere }] of this.#seen) {
      if (!isHere) continue;
      if (file.state === 'failed') return `${named(file)} failed before the start: ${file.why}`;
      if (file.of !== own.of) {
        return `${named(file)} is one of ${file.of} ranks, and ${named(own)} one of ${own.of}`;
      }
      if (file.digest !== undefined && own.digest !== undefined && file.digest !== own.digest) {
        return `${named(file)} would play something else than ${named(own)}; expected the same scenario, data and version of confab in all ranks`;
      }
      if (this.isGone(rank, nowMs)) return `${named(file)} has gone before the start`;
    }
    return undefined;
  }

  #noteReplaced(before: RankFile, now: RankFile): void {
    const words = this.#replaced.get(before.rank) ?? new Set();
    this.#replaced.set(before.rank, words.add(before.word));
    if (words.has(now.word)) this.#problem = playedTwice(before, now);
  }
}

export function playedTwice(one: RankFile, other: RankFile): string {
  return `rank ${one.rank} is there twice: ${processOf(one)}, and ${processOf(other)}`;
}

/** It says nothing more after this. */
export function hasEnded({ state }: RankFile): boolean {
  return state === 'over' || state === 'failed';
}

/** For a line that says who it was. */
export function named(file: RankFile): string {
  return `rank ${file.rank} (${processOf(file)})`;
}

function processOf({ pid, host }: RankFile): string {
  return `process ${pid} on ${host}`;
}

/** A list of ranks in words: `rank 3`, `ranks 1, 2 and 5`. */
export function ranksText(ranks: readonly number[]): string {
  if (ranks.length === 1) return `rank ${ranks[0]}`;
  const shown = ranks.slice(0, RANKS_SHOWN);
  const more = ranks.length - shown.length;
  return more > 0
    ? `ranks ${shown.join(', ')} and ${more} more`
    : `ranks ${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

const RANKS_SHOWN = 12;

/** undefined: something else lies there. */
function asRankFile(value: Readonly<Record<string, unknown>>): RankFile | undefined {
  const { rank, of, word, host, pid, state, beat, atEpochMs } = value;
  const isOne =
    [rank, of, pid, beat].every(isCount) &&
    [word, host].every((text) => typeof text === 'string') &&
    typeof atEpochMs === 'number' &&
    typeof state === 'string' &&
    Object.hasOwn(STATES, state);
  return isOne ? (value as unknown as RankFile) : undefined;
}
