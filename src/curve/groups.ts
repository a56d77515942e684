import { part } from '../inspect/reuse.ts';
import { Column } from '../stats/column.ts';
import { type Distribution, distributionOf } from '../stats/quantile.ts';
import type { Row } from './rows.ts';

/** Requests that have something in common. Shares are of their input tokens, 0 to 1. */
export interface Group {
  readonly requests: number;
  readonly inputTokens: number;
  /** In a cache that never forgets. */
  readonly unlimited: number;
  /** In LRU caches of the sizes that are marked, in their order. */
  readonly atMarks: readonly number[];
}

export interface TurnGroup extends Group {
  /** 0-based. */
  readonly turn: number;
}

export interface NamedGroup extends Group {
  readonly name: string;
}

export interface SessionsSummary {
  readonly sessions: number;
  /** Of the token share of each. */
  readonly unlimited: Distribution;
  readonly atMarks: readonly Distribution[];
  /** Those that find the least of their tokens, though a cache that never forgets would find something. */
  readonly worst: readonly NamedGroup[];
}

const WORST_SHOWN = 5;

/** Tokens that each request finds in LRU caches of the sizes that are marked, by its place. */
export type FoundAtMarks = readonly Float64Array[];

export function byTurn(rows: readonly Row[], found: FoundAtMarks): TurnGroup[] {
  const groups = grouped(rows, found, ({ turn }) => turn);
  return [...groups].sort(([a], [b]) => a - b).map(([turn, sum]) => ({ turn, ...sum.close() }));
}

/** undefined where requests are on their own. */
export function bySession(rows: readonly Row[], found: FoundAtMarks): SessionsSummary | undefined {
  const sums = grouped(rows, found, ({ session }) => session);
  const sessions = [...sums]
    .map(([name, sum]): NamedGroup => ({ name, ...sum.close() }))
    .filter(({ inputTokens }) => inputTokens > 0);
  const unlimited = sharesOf(sessions, (session) => session.unlimited);
  if (!unlimited) return undefined;
  const last = found.length - 1;
  const shareOf = ({ atMarks, unlimited: ideal }: NamedGroup) => atMarks[last] ?? ideal;
  const worst = sessions
    .filter((session) => session.unlimited > 0)
    .sort((a, b) => shareOf(a) - shareOf(b) || b.inputTokens - a.inputTokens);
  return {
    sessions: sessions.length,
    unlimited,
    atMarks: found.map((_, mark) => sharesOf(sessions, ({ atMarks }) => atMarks[mark]!)!),
    worst: worst.slice(0, WORST_SHOWN),
  };
}

/** By each of the things that requests are told apart by, where there are several of it. */
export function byName(
  rows: readonly Row[],
  found: FoundAtMarks,
): Readonly<Record<string, readonly NamedGroup[]>> {
  const kinds = new Set<string>();
  for (const { groups } of rows) for (const kind in groups) kinds.add(kind);
  return Object.fromEntries(
    [...kinds].flatMap((kind) => {
      const sums = grouped(rows, found, ({ groups }) => groups?.[kind]);
      const named = [...sums].map(([name, sum]): NamedGroup => ({ name, ...sum.close() }));
      if (named.length < 2) return [];
      return [[kind, named.sort((a, b) => b.inputTokens - a.inputTokens)]];
    }),
  );
}

function sharesOf(groups: readonly NamedGroup[], of: (group: NamedGroup) => number) {
  const column = new Column();
  for (const group of groups) column.add(of(group));
  return distributionOf(column);
}

export function grouped<Key>(
  rows: readonly Row[],
  found: FoundAtMarks,
  keyOf: (row: Row) => Key | undefined,
): Map<Key, Sum> {
  const groups = new Map<Key, Sum>();
  for (const row of rows) {
    const key = row.isMeasured ? keyOf(row) : undefined;
    if (key === undefined) continue;
    let sum = groups.get(key);
    if (!sum) groups.set(key, (sum = new Sum(found.length)));
    sum.add(row, found);
  }
  return groups;
}

class Sum {
  #requests = 0;
  #inputTokens = 0;
  #foundTokens = 0;
  readonly #atMarks: number[];

  constructor(marks: number) {
    this.#atMarks = new Array<number>(marks).fill(0);
  }

  add({ inputTokens, foundTokens, place }: Row, found: FoundAtMarks): void {
    this.#requests++;
    this.#inputTokens += inputTokens;
    this.#foundTokens += foundTokens;
    if (place === undefined) return;
    for (const [mark, tokens] of found.entries()) this.#atMarks[mark]! += tokens[place]!;
  }

  close(): Group {
    return {
      requests: this.#requests,
      inputTokens: this.#inputTokens,
      unlimited: part(this.#foundTokens, this.#inputTokens),
      atMarks: this.#atMarks.map((tokens) => part(tokens, this.#inputTokens)),
    };
  }
}
