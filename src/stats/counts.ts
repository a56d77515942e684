import { isFailure, type RecordStatus, type TurnRecord } from '../record/record.ts';

/** Requests by how they ended. Without warm-up, which only `warmup` counts. */
export interface CountsSummary {
  /** Every turn of every conversation that arrived, once: all of the below, but for those played again. */
  readonly planned: number;
  /** Records of turns that have an earlier one, as a resume begins conversations anew; absent: none. */
  readonly playedAgain?: number;
  readonly completed: number;
  readonly failed: number;
  readonly failedByKind: FailedByKind;
  readonly cancelled: number;
  readonly unsent: number;
  /** failed / (completed + failed), 0 to 1; absent if both are 0. */
  readonly errorRate?: number;
  /** What went wrong, most frequent first. */
  readonly endings: readonly Ending[];
  /** Completed requests by why the server ended their answer, most frequent first; absent if it never said. */
  readonly finishReasons?: Readonly<Record<string, number>>;
  /** What was odd about answers of completed requests, most frequent first; absent: nothing. */
  readonly remarks?: readonly Ending[];
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

/** `client`, absent if there were none: what this machine ran out of, and the engine is not to blame for. */
export type FailedByKind = Readonly<Record<'http' | 'timeout' | 'connect' | 'protocol', number>> & {
  readonly client?: number;
};

/** One way of not being completed, or of being odd. */
export interface Ending {
  /** The status, with the HTTP status if there was one: `http 503`. Of an answer: what was odd. */
  readonly kind: string;
  readonly count: number;
  /** The reason of one of them: the first in alphabetical order. */
  readonly example?: string;
}

export class Counts {
  readonly #byStatus = new Map<RecordStatus, number>();
  readonly #endings = new Map<string, Ending>();
  readonly #remarks = new Map<string, Ending>();
  readonly #finishReasons = new Map<string, number>();
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
    if (status === 'ok') this.#addAnswer(record);
    else addEnding(this.#endings, endingOf(record));
    if (record.attempts > 1) this.#retried++;
    this.#retries += Math.max(0, record.attempts - 1);
    this.#reconnects += record.reconnects;
  }

  merge(other: Counts): void {
    for (const [status, count] of other.#byStatus) {
      this.#byStatus.set(status, this.#count(status) + count);
    }
    for (const ending of other.#endings.values()) addEnding(this.#endings, ending);
    for (const remark of other.#remarks.values()) addEnding(this.#remarks, remark);
    for (const [reason, count] of other.#finishReasons) this.#addReason(reason, count);
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
      ...(this.#count('client') > 0 && { client: this.#count('client') }),
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
      ...(this.#finishReasons.size && { finishReasons: this.#reasons() }),
      ...(this.#remarks.size && { remarks: [...this.#remarks.values()].sort(byCount) }),
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

  #addAnswer({ tokensFrom, finishReason, remarks = [] }: TurnRecord): void {
    if (tokensFrom === 'local') this.#countedLocally++;
    if (finishReason !== undefined) this.#addReason(finishReason, 1);
    for (const remark of remarks) addEnding(this.#remarks, remarked(remark));
  }

  /** A server that makes up a reason for every answer does not fill the memory with them. */
  #addReason(reason: string, count: number): void {
    const reasons = this.#finishReasons;
    const name = reasons.has(reason) || reasons.size < REASONS_MAX ? reason : OTHER_REASONS;
    reasons.set(name, (reasons.get(name) ?? 0) + count);
  }

  #reasons(): Record<string, number> {
    const sorted = [...this.#finishReasons].sort(
      ([a, many], [b, more]) => more - many || (a < b ? -1 : 1),
    );
    return Object.fromEntries(sorted);
  }
}

const REASONS_MAX = 30;
const OTHER_REASONS = '(others)';

function addEnding(endings: Map<string, Ending>, ending: Ending): void {
  const old = endings.get(ending.kind);
  const example = first(old?.example, ending.example);
  endings.set(ending.kind, {
    kind: ending.kind,
    count: (old?.count ?? 0) + ending.count,
    ...(example !== undefined && { example }),
  });
}

/** `what: which`. */
function remarked(remark: string): Ending {
  const [kind, ...example] = remark.split(': ');
  return { kind: kind!, count: 1, ...(example.length > 0 && { example: example.join(': ') }) };
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
