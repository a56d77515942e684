import { lookedForOf } from '../cache/prefix-reuse.ts';
import { type Beginning, Beginnings } from './beginnings.ts';
import type { CurveRequest } from './request.ts';

/** A request, as it is grouped and added up; places are those of `Stretches`. */
export interface Row {
  /** Among the requests that have blocks; absent: it has none. */
  readonly place: number | undefined;
  readonly atMs: number | undefined;
  readonly isMeasured: boolean;
  readonly inputTokens: number;
  /** Of its chain: those that are looked for, and all, which it holds for others. */
  readonly lookedFor: number;
  readonly held: number;
  readonly session: string | undefined;
  readonly turn: number;
  /** As it was told; else how it begins, of those that are measured and of a session. */
  readonly tenant: string | undefined;
  readonly beginning: Beginning | undefined;
  readonly groups: CurveRequest['groups'];
  /** In a cache that never forgets. */
  readonly foundTokens: number;
}

/** What is kept of every request: its names are not. */
export class Rows {
  readonly all: Row[] = [];
  /** By place. */
  readonly withBlocks: Row[] = [];
  readonly beginnings = new Beginnings();
  readonly #turns = new Map<string, number>();
  readonly #blockTokens: number;

  constructor(blockTokens: number) {
    this.#blockTokens = blockTokens;
  }

  /** `foundTokens`: in a cache that never forgets. */
  add(request: CurveRequest, foundTokens: number): void {
    const { chain, inputTokens, atMs, session, tenant, isMeasured = true } = request;
    // Of requests on their own nobody can tell a tenant from a conversation.
    const isAlike = tenant === undefined && session !== undefined && isMeasured && chain.length;
    const row: Row = {
      place: chain.length ? this.withBlocks.length : undefined,
      atMs,
      isMeasured,
      inputTokens,
      lookedFor: lookedForOf(request, this.#blockTokens),
      held: chain.length,
      session,
      turn: this.#turnOf(request),
      tenant,
      beginning: isAlike ? this.beginnings.add(chain, session) : undefined,
      groups: request.groups,
      foundTokens,
    };
    this.all.push(row);
    if (chain.length) this.withBlocks.push(row);
  }

  #turnOf({ session, turn }: CurveRequest): number {
    if (turn !== undefined || session === undefined) return turn ?? 0;
    const next = this.#turns.get(session) ?? 0;
    this.#turns.set(session, next + 1);
    return next;
  }
}
