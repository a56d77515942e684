import type { WorkloadEntry } from './entry.ts';
import { mergedEntry } from './merged-entries.ts';
import { readWorkload } from './read-workload.ts';

export interface JoinOptions {
  /** Sessions of different files are different ones, also where they have the same id: `FILE/ID`, from 0. */
  readonly hasOwnSessions: boolean;
}

/** One file after the other: times of the next count from the latest of the one before it. */
export async function* concatenated(
  files: readonly string[],
  options: JoinOptions,
): AsyncGenerator<WorkloadEntry> {
  let offsetMs = 0;
  for (const [index, file] of files.entries()) {
    let lastMs = offsetMs;
    for await (const entry of readWorkload(file)) {
      const timestamp = entry.timestamp + offsetMs;
      lastMs = Math.max(lastMs, timestamp);
      yield { ...named(entry, index, options), timestamp };
    }
    offsetMs = lastMs;
  }
}

/**
 * All files at once, in order of time; what they have at the same time is one entry. Files are read along each
 * other where they are in order of time, and a file that is not is read whole.
 */
export async function* merged(
  files: readonly string[],
  options: JoinOptions,
): AsyncGenerator<WorkloadEntry> {
  const sources = await Promise.all(
    files.map(async (file, index) => {
      const entries = (await isInOrder(file)) ? readWorkload(file) : fromList(await sorted(file));
      const next = async () => {
        const { value, done } = await entries.next();
        return done ? undefined : named(value, index, options);
      };
      return { next, head: await next() };
    }),
  );
  for (;;) {
    let timestamp = Infinity;
    for (const { head } of sources) timestamp = Math.min(timestamp, head?.timestamp ?? Infinity);
    if (timestamp === Infinity) return;
    let entry: WorkloadEntry | undefined;
    for (const source of sources) {
      while (source.head?.timestamp === timestamp) {
        entry = entry ? mergedEntry(entry, source.head) : source.head;
        source.head = await source.next();
      }
    }
    yield entry!;
  }
}

async function isInOrder(file: string): Promise<boolean> {
  let before = -Infinity;
  for await (const { timestamp } of readWorkload(file)) {
    if (timestamp < before) return false;
    before = timestamp;
  }
  return true;
}

async function sorted(file: string): Promise<WorkloadEntry[]> {
  const entries: WorkloadEntry[] = [];
  for await (const entry of readWorkload(file)) entries.push(entry);
  return entries.sort((a, b) => a.timestamp - b.timestamp);
}

async function* fromList(entries: readonly WorkloadEntry[]): AsyncGenerator<WorkloadEntry> {
  yield* entries;
}

function named(
  entry: WorkloadEntry,
  index: number,
  { hasOwnSessions }: JoinOptions,
): WorkloadEntry {
  if (!hasOwnSessions) return entry;
  const rename = <Item extends object>(item: Item): Item =>
    'session_id' in item ? { ...item, session_id: `${index}/${item.session_id}` } : item;
  const { events } = entry;
  return {
    ...entry,
    requests: entry.requests.map(rename),
    ...(events ? { events: events.map(rename) } : {}),
  };
}
