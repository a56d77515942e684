import { UsageError } from '../../base/errors.ts';
import type { Fork } from '../conversation.ts';
import type { TraceEntry } from './format.ts';

/** The requests of one session in order, or one that has none. */
export interface TraceSession {
  readonly name: string | undefined;
  /** Where its entries are in the trace. */
  readonly places: readonly number[];
  /** By the turn whose answer begins them, the sessions of sub-agents. */
  readonly forks: ReadonlyMap<number, readonly TraceSession[]>;
  /** The first request of all that it comes from. */
  readonly rootPlace: number;
  /** Whose answer begins it. */
  readonly parent: { readonly session: TraceSession; readonly turn: number } | undefined;
}

export interface TraceSessions {
  /** Those that come by themselves, in the order of their first requests. */
  readonly roots: readonly TraceSession[];
  /** Those that others begin. */
  readonly children: readonly TraceSession[];
  /** Whose the entry at a place is. */
  sessionAt(place: number): TraceSession;
}

interface Draft {
  readonly name: string | undefined;
  readonly places: number[];
  readonly forks: Map<number, Draft[]>;
  rootPlace: number;
  parent: { readonly session: Draft; readonly turn: number } | undefined;
}

/**
 * The entries, which stand in the order of time, as sessions. Of a part of a trace, a session comes by itself
 * that one began which was left out.
 * @throws UsageError for a parent that is not in the trace, or that comes from its own child.
 */
export function sessionsOf(
  entries: readonly TraceEntry[],
  { file, isPart = false }: { readonly file: string; readonly isPart?: boolean },
): TraceSessions {
  const named = new Map<string, Draft>();
  const all: Draft[] = [];
  const byPlace: Draft[] = [];
  for (const [index, { session: name }] of entries.entries()) {
    const begun = name === undefined ? undefined : named.get(name);
    if (begun) {
      begun.places.push(index);
      byPlace.push(begun);
      continue;
    }
    const session: Draft = {
      name,
      places: [index],
      forks: new Map(),
      rootPlace: index,
      parent: undefined,
    };
    all.push(session);
    byPlace.push(session);
    if (name !== undefined) named.set(name, session);
  }
  for (const session of all) findParent(session);
  for (const session of all) session.rootPlace = rootOf(session, file).places[0]!;
  return {
    roots: all.filter(({ parent }) => !parent),
    children: all.filter(({ parent }) => parent),
    sessionAt: (place) => byPlace[place]!,
  };

  function findParent(session: Draft): void {
    const { parent } = entries[session.places[0]!]!;
    if (!parent) return;
    const of = named.get(parent.session);
    if (!of || parent.turn >= of.places.length) {
      if (isPart) return;
      const found = of ? `it has ${of.places.length}` : 'it is not in the trace';
      throw new UsageError(
        `${file}: session ${session.name}: parent: found turn ${parent.turn} of session ${parent.session}; ${found}`,
      );
    }
    session.parent = { session: of, turn: parent.turn };
    const forks = of.forks.get(parent.turn);
    if (forks) forks.push(session);
    else of.forks.set(parent.turn, [session]);
  }
}

function rootOf(session: Draft, file: string): Draft {
  let root = session;
  for (const seen = new Set([root]); root.parent; seen.add(root)) {
    root = root.parent.session;
    if (!seen.has(root)) continue;
    throw new UsageError(
      `${file}: session ${session.name}: parent: found a session that comes from itself; expected one that others do not begin`,
    );
  }
  return root;
}

/** Of a session's turn, as users; `userIdOf` names each. */
export function forksAt(
  { forks }: TraceSession,
  turn: number,
  userIdOf: (session: TraceSession) => number,
): Fork[] {
  return (forks.get(turn) ?? []).map((fork) => ({
    userId: userIdOf(fork),
    turns: fork.places.length,
    forks: fork.places.flatMap((_, index) => forksAt(fork, index, userIdOf)),
  }));
}
