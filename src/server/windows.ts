import type { EnginePage, EnginePages } from '../record/engine-pages.ts';

/** What a part of a run has seen of its server. */
export interface WatchedServer {
  /** undefined: an engine of this part alone. */
  readonly url: string | undefined;
  /** Which server that was, for what it has and how full it is: that of the page before, or another beside it. */
  readonly server: string;
  readonly originEpochMs: number;
  readonly pages: EnginePages | undefined;
}

/** A page, and the part that has read it. */
export interface WatchedPage<Watched extends WatchedServer> extends EnginePage {
  readonly part: Watched;
  /** The first and the last of their source are read before the first request and after the last. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** A stretch of time in which one server was watched without a gap. */
export type Window<Watched extends WatchedServer> = () => Generator<WatchedPage<Watched>>;

interface Placed<Watched extends WatchedServer> {
  readonly watched: Watched;
  readonly pages: EnginePages;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Parts that watched the same server at the same time, as partitions do, have seen the same: their pages are one
 * sequence. Between a part and its resume others may have used the server: those are two.
 */
export function windowsOf<Watched extends WatchedServer>(
  watched: readonly Watched[],
): Window<Watched>[] {
  const placed = watched.flatMap((one) => place(one)).sort((a, b) => a.fromMs - b.fromMs);
  const groups: Placed<Watched>[][] = [];
  for (const next of placed) {
    const { url } = next.watched;
    const together = groups.find(
      (group) =>
        url !== undefined &&
        url === group[0]!.watched.url &&
        next.fromMs <= Math.max(...group.map(({ toMs }) => toMs)),
    );
    if (together) together.push(next);
    else groups.push([next]);
  }
  return groups.map((group) => () => pagesOf(group));
}

function place<Watched extends WatchedServer>(watched: Watched): Placed<Watched>[] {
  const { pages, originEpochMs } = watched;
  if (!pages) return [];
  const { first, last = first } = pages;
  const [fromMs, toMs] = [originEpochMs + first.atMs, originEpochMs + last.atMs];
  return [{ watched, pages, fromMs, toMs }];
}

/** One part after the other, each from where the one before it ended: a page is never older than the one before. */
function* pagesOf<Watched extends WatchedServer>(
  group: readonly Placed<Watched>[],
): Generator<WatchedPage<Watched>> {
  const seen = new Set<string>();
  const waiting = new Map<string, WatchedPage<Watched>>();
  let endMs = -Infinity;
  for (const { watched, pages, toMs } of group) {
    if (toMs <= endMs) continue;
    for (const page of pages.all?.() ?? [pages.first, ...(pages.last ? [pages.last] : [])]) {
      if (watched.originEpochMs + page.atMs <= endMs) continue;
      const source = page.source ?? '';
      const before = waiting.get(source);
      if (before) yield before;
      waiting.set(source, { ...page, part: watched, isFirst: !seen.has(source), isLast: false });
      seen.add(source);
    }
    endMs = toMs;
  }
  for (const page of waiting.values()) yield { ...page, isLast: !page.isFirst };
}
