import type { WorkloadEntry } from './entry.ts';

/** Lists in order of time as one; entries of the same time are one, those of earlier lists first in it. */
export function mergedEntries(lists: readonly (readonly WorkloadEntry[])[]): WorkloadEntry[] {
  // A stable sort: those of one time stay in the order of the lists.
  const all = lists.flat().sort((a, b) => a.timestamp - b.timestamp);
  const merged: WorkloadEntry[] = [];
  for (const entry of all) {
    const before = merged.at(-1);
    if (before?.timestamp === entry.timestamp)
      merged[merged.length - 1] = mergedEntry(before, entry);
    else merged.push(entry);
  }
  return merged;
}

/** Both at once: the requests and events of one behind those of the other. */
export function mergedEntry(one: WorkloadEntry, other: WorkloadEntry): WorkloadEntry {
  const events = [...(one.events ?? []), ...(other.events ?? [])];
  return {
    ...one,
    ...other,
    requests: [...one.requests, ...other.requests],
    ...(events.length ? { events } : {}),
  };
}
