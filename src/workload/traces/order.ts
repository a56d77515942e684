import type { TraceEntry } from './format.ts';

/**
 * When entries are played, told in the order of the file: one that has no time of its own is as late as the one
 * before it in its session. undefined: nobody knows.
 */
export class PlayedTimes {
  readonly #lastMs = new Map<string, number>();

  of({ atMs, session }: TraceEntry): number | undefined {
    if (session === undefined) return atMs;
    const known = atMs ?? this.#lastMs.get(session);
    if (known !== undefined) this.#lastMs.set(session, known);
    return known;
  }
}

/** The entries in the order in which they are played: by their times, those of one time by their turn, else as in the file. */
export function inOrder(entries: readonly TraceEntry[]): TraceEntry[] {
  const times = new PlayedTimes();
  const placed = entries.map((entry) => ({
    entry,
    atMs: times.of(entry) ?? 0,
    turn: entry.turn ?? 0,
  }));
  return placed.sort((a, b) => a.atMs - b.atMs || a.turn - b.turn).map(({ entry }) => entry);
}
