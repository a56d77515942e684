import type { TurnRecord } from '../record/record.ts';
import type { CounterName } from './quantities.ts';

/** What the records of a run sum up to beside what the server counted meanwhile. */
export interface Reconciled {
  readonly name: ReconciledName;
  /** Over completed requests, those of the warm-up too. */
  readonly records: number;
  readonly server: number;
  /** server - records. */
  readonly residual: number;
  /** Why it need not be 0; absent of a residual of 0, and of one that nothing in the run explains. */
  readonly explanation?: string;
}

interface Row {
  readonly counter: CounterName;
  /** undefined: the server did not say. */
  readonly of: (record: TurnRecord) => number | undefined;
  /** The most that one request which did not end well can have counted for; undefined: nobody knows. */
  readonly most: (record: TurnRecord) => number | undefined;
}

const fromUsage = (record: TurnRecord, tokens: number | undefined) =>
  record.tokensFrom === 'usage' ? tokens : undefined;

export const RECONCILED = {
  requests: { counter: 'succeeded', of: () => 1, most: () => 1 },
  promptTokens: {
    counter: 'promptTokens',
    of: (record) => fromUsage(record, record.inputTokens),
    most: ({ inputTokens }) => inputTokens,
  },
  cachedTokens: {
    counter: 'cachedTokens',
    of: (record) => fromUsage(record, record.cachedTokens),
    most: ({ inputTokens }) => inputTokens,
  },
  computedTokens: {
    counter: 'computedTokens',
    of: (record) => fromUsage(record, computedTokens(record)),
    most: ({ inputTokens }) => inputTokens,
  },
  generatedTokens: {
    counter: 'generatedTokens',
    of: (record) => fromUsage(record, record.outputTokens),
    most: ({ maxTokens }) => maxTokens,
  },
} as const satisfies Record<string, Row>;

export type ReconciledName = keyof typeof RECONCILED;

function computedTokens({ inputTokens, cachedTokens }: TurnRecord): number | undefined {
  return inputTokens === undefined || cachedTokens === undefined
    ? undefined
    : inputTokens - cachedTokens;
}

/** What else may be between the two sums. */
export interface Circumstances {
  /** The server was started again. */
  readonly isRestarted: boolean;
  /** Partitions of the run that are not among these records. */
  readonly isShareOfRun: boolean;
  /** Of cached tokens nothing but the lookups of the cache are counted. */
  readonly isByLookups: boolean;
}

/** Sums over records, to be compared with counters. */
export class Records {
  readonly #sums = Object.fromEntries(
    Object.keys(RECONCILED).map((name) => [name, { sum: 0, told: 0, untold: 0 }]),
  ) as Record<ReconciledName, { sum: number; told: number; untold: number }>;
  /** Sendings that were not answered to the end: the server may have counted them, and told nobody. */
  #others = 0;
  readonly #most = new Map<ReconciledName, number>();
  readonly #largest = new Map<ReconciledName, number>();

  add(record: TurnRecord): void {
    const { status, attempts, reconnects } = record;
    const others = attempts + reconnects - (status === 'ok' ? 1 : 0);
    if (status === 'unsent' || attempts === 0) return;
    this.#others += others;
    for (const [name, { of, most }] of Object.entries(RECONCILED) as [ReconciledName, Row][]) {
      const bound = most(record);
      this.#largest.set(name, Math.max(this.#largest.get(name) ?? 0, bound ?? 0));
      if (others > 0) {
        this.#most.set(name, (this.#most.get(name) ?? 0) + others * (bound ?? Infinity));
      }
      if (status !== 'ok') continue;
      const value = of(record);
      const sums = this.#sums[name];
      if (value === undefined) sums.untold++;
      else sums.told++;
      sums.sum += value ?? 0;
    }
  }

  /** @param server undefined: it does not count that. None either where no request told. */
  reconciled(
    name: ReconciledName,
    server: number | undefined,
    circumstances: Circumstances,
  ): Reconciled | undefined {
    const { sum, told, untold } = this.#sums[name];
    if (server === undefined || (told === 0 && untold > 0)) return undefined;
    // A sum of many floating-point increments; tokens and requests are whole.
    const residual = Math.round(server - sum);
    const explanation = residual === 0 ? undefined : this.#why(name, residual, circumstances);
    return {
      ...{ name, records: sum, server, residual },
      ...(explanation !== undefined && { explanation }),
    };
  }

  #why(
    name: ReconciledName,
    residual: number,
    { isRestarted, isShareOfRun, isByLookups }: Circumstances,
  ): string | undefined {
    const { untold } = this.#sums[name];
    if (residual < 0) {
      return isRestarted ? 'the server was started again: a part of its counts is lost' : undefined;
    }
    if (isShareOfRun) return 'the other partitions of the run used the server';
    if (isByLookups && name === 'cachedTokens') {
      return 'cached tokens are counted by lookups: again whenever a request was not admitted';
    }
    if (untold > 0) return `${untold} completed ${plural(untold)} told no such number`;
    if (this.#others > 0 && residual <= this.#mostOf(name)) {
      return `${this.#others} ${plural(this.#others)} cut off, failed or sent again: the server counts what it did for them`;
    }
    return undefined;
  }

  /** Prompts of unknown length are as long as the longest that is known. */
  #mostOf(name: ReconciledName): number {
    const most = this.#most.get(name) ?? 0;
    if (Number.isFinite(most)) return most;
    const largest = this.#largest.get(name) ?? 0;
    return largest > 0 ? this.#others * largest : Infinity;
  }
}

function plural(count: number): string {
  return count === 1 ? 'request' : 'requests';
}
