import type { EnginePage } from '../../src/record/engine-pages.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import type { WatchedPart } from '../../src/server/server.ts';
import { header } from '../record/sample.ts';

/** A part of a run with these pages, which it read of the server at `url`, or of one of its own. */
export function watchedPart(
  pages: readonly EnginePage[],
  place: {
    readonly url?: string;
    readonly originEpochMs?: number;
    readonly records?: readonly TurnRecord[];
  } = {},
): WatchedPart {
  const { url, originEpochMs = 0, records = [] } = place;
  const [first, last] = [pages[0], pages.length > 1 ? pages.at(-1) : undefined];
  return {
    part: { header: header({ originEpochMs }), records, footer: undefined },
    ...{ url, server: url ?? 'own', originEpochMs },
    pages: first && { first, last, all: () => pages },
  };
}
