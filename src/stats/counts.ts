import { isFailure, type RecordStatus, type TurnRecord } from '../record/record.ts';

/** Requests by how they ended. Without warm-up, which only `warmup` counts. */
export interface CountsSummary {
  /** Every turn of every conversation that arrived, once: all of the below, but for those played again. */
  readonly planned: number;
  /** Records of turns that have an earlier one, as a resume begins conversations anew; absent: none. */
  readonly playedAgain?: number;
  readonly completed: number;
  readonly failed: number;
  readonly failedByKind: Readonly<Record<'http' | 'timeout' | 'connect' | 'protocol', number>>;
  readonly cancelled: number;
  readonly unsent: number;
  /** failed / (completed + failed), 0 to 1; absent if both are 0. */
  readonly errorRate?: number;
  /** What went wrong, most frequent first. */
  readonly endings: readonly Ending[];
  /** Requests that the retry policy sent more than once, and how many times more. */
  readonly retried: number;
  readonly retries: number;
  /** Times a request was sent again because its reused connection had died. */
  readonly reconnects: number;
  /** Completed requests whose token counts are the workload tokenizer's, not the engine's. */
  readonly countedLocally: number;
  readonly warmup: number;
  /** Requests of the warm-up that failed. */
  readonly warmupFailed: number;
}

/** One way of not being completed. */
export interface Ending {
  /** The status, with the HTTP status if there was one: `http 503`. */
  readonly kind: string;
  readonly count: number;
  /** The reason of one of them: the first in alphabetical order. */
  readonly example?: string;
}

export class Counts {
  readonly #byStatus = new Map<RecordStatus, number>();
  readonly #endings = new Map<string, Ending>();
  #retried = 0;
  #retries = 0;
  #reconnects = 0;
  #countedLocally = 0;
  #warmup = 0;
  #warmupFailed = 0;

  add(record: TurnRecord): void {
    if (record.phase === 'warmup') {
      this.#warmup++;
      if (isFailure(record.status)) this.#warmupFailed++;
      return;
    }
    const { status } = record;
    this.#byStatus.set(status, this.#count(status) + 1);
    if (status !== 'ok') this.#addEnding(endingOf(record));
    else if (record.tokensFrom === 'local') this.#countedLocally++;
    if (record.attempts > 1) this.#retried++;
    this.#retries += Math.max(0, record.attempts - 1);
    this.#reconnects += record.reconnects;
  }

  merge(other: Counts): void {
    for (const [status, count] of other.#byStatus) {
      this.#byStatus.set(status, this.#count(status) + count);
    }
    for (const ending of other.#endings.values()) this.#addEnding(ending);
    this.#retried += other.#retried;
    this.#retries += other.#retries;
    this.#reconnects += other.#reconnects;
    this.#countedLocally += other.#countedLocally;
    this.#warmup += other.#warmup;
    this.#warmupFailed += other.#warmupFailed;
  }

  close(playedAgain = 0): CountsSummary {
    const failedByKind = {
      http: this.#count('http'),
      timeout: this.#count('timeout'),
      connect: this.#count('connect'),
      protocol: this.#count('protocol'),
    };
    const failed = Object.values(failedByKind).reduce((sum, count) => sum + count, 0);
    const completed = this.#count('ok');
    const cancelled = this.#count('cancelled');
    const unsent = this.#count('unsent');
    return {
      planned: completed + failed + cancelled + unsent - playedAgain,
      ...(playedAgain > 0 && { playedAgain }),
      completed,
      failed,
      failedByKind,
      cancelled,
      unsent,
      ...(completed + failed > 0 && { errorRate: failed / (completed + failed) }),
      endings: [...this.#endings.values()].sort(byCount),
      retried: this.#retried,
      retries: this.#retries,
      reconnects: this.#reconnects,
      countedLocally: this.#countedLocally,
      warmup: this.#warmup,
      warmupFailed: this.#warmupFailed,
    };
  }

  #count(status: RecordStatus): number {
    return this.#byStatus.get(status) ?? 0;
  }

  #addEnding(ending: Ending): void {
    const old = this.#endings.get(ending.kind);
    const example = first(old?.example, ending.example);
    this.#endings.set(ending.kind, {
      kind: ending.kind,
      count: (old?.count ?? 0) + ending.count,
      ...(example !== undefined && { example }),
    });
  }
}

function endingOf({ status, httpStatus, reason }: TurnRecord): Ending {
  const kind = httpStatus === undefined ? status : `${status} ${httpStatus}`;
  return { kind, count: 1, ...(reason !== undefined && { example: reason }) };
}

/** The first in alphabetical order, so that the example does not depend on how records were split. */
function first(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function byCount(a: Ending, b: Ending): number {
  return b.count - a.count || (a.kind < b.kind ? -1 : 1);
}
