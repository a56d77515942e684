import type { RankFile, StartFile } from './rank-file.ts';
import {
  between,
  type FolderStamp,
  type SkewBounds,
  skewOf,
  skewToFolder,
  UNKNOWN_SKEW,
} from './skew.ts';

/** The stamps that are kept. */
const STAMPS_MAX = 200;

/** What a rank finds out of its clock, beside the folder's and beside rank 0's. Times are its own, Unix milliseconds. */
export class ClockWatch {
  readonly #stamps: FolderStamp[] = [];
  /** The most that this clock is ahead of rank 0's: what was read had been written before. */
  #mostMs = Infinity;
  #lastRead: string | undefined;

  stamped(stamp: FolderStamp): void {
    this.#stamps.push(stamp);
    if (this.#stamps.length > STAMPS_MAX) this.#stamps.shift();
  }

  /** This clock less the folder's. */
  get toFolder(): SkewBounds | undefined {
    return skewToFolder(this.#stamps);
  }

  /** Something of rank 0's was read, which may have been read before. */
  readOfZero({ word, beat, atEpochMs }: RankFile, nowMs: number): void {
    const read = `${word} ${beat}`;
    if (read !== this.#lastRead) this.#mostMs = Math.min(this.#mostMs, nowMs - atEpochMs);
    this.#lastRead = read;
  }

  /** This clock less rank 0's, by all that is known when rank 0's word for the start has been read. */
  toZero(
    rank: number,
    { leastMs, toFolder: zeros, atEpochMs }: StartFile,
    nowMs: number,
  ): SkewBounds {
    const told = {
      leastMs: leastMs?.[rank] ?? UNKNOWN_SKEW.leastMs,
      mostMs: Math.min(this.#mostMs, nowMs - atEpochMs),
    };
    const mine = this.toFolder;
    return skewOf(told, mine && zeros && between(mine, zeros));
  }
}
