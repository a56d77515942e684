import type { TraceEntry } from './format.ts';

/**
 * The entries in the order in which they are played: by their times, those of one time by their turn, else
 * as they are in the file. One that has no time of its own is as late as the one before it in its session.
 */
export function inOrder(entries: readonly TraceEntry[]): TraceEntry[] {
  const lastMs = new Map<string, number>();
  const placed = entries.map((entry) => {
    const { atMs, session } = entry;
    const known = atMs ?? (session === undefined ? undefined : lastMs.get(session)) ?? 0;
    if (session !== undefined) lastMs.set(session, known);
    return { entry, atMs: known, turn: entry.turn ?? 0 };
  });
  return placed.sort((a, b) => a.atMs - b.atMs || a.turn - b.turn).map(({ entry }) => entry);
}
