import type { Reuse } from './expected.ts';
import type { Served } from './served.ts';

/** A request of a conversation that had been in the cache before. */
export interface Return {
  /** From the end of the conversation's request before it until it was sent. */
  readonly gapMs: number;
  /** Blocks that a cache needs to still have what is asked for: all that was used since then, and that. */
  readonly distanceBlocks: number;
  /** More than half of the conversation's own blocks were there. */
  readonly isHit: boolean;
  /** They would have been in an LRU cache of the capacity. */
  readonly isExpected: boolean;
}

/**
 * The measured requests that came back to blocks of their own. What all conversations share does not count: it is
 * used by others meanwhile.
 */
export function returnsOf(served: readonly Served[], reuses: readonly Reuse[]): Return[] {
  const isShared = sharedNames(served);
  const endsMs = new Map<number, number>();
  return served.flatMap((one, index) => {
    const { sessionId, names, foundBlocks, sentMs, endMs, isMeasured } = one;
    const endedMs = endsMs.get(sessionId);
    endsMs.set(sessionId, endMs);
    if (!isMeasured || endedMs === undefined || foundBlocks === undefined) return [];
    const { knownBlocks, distanceBlocks, expectedBlocks } = reuses[index]!;
    let common = 0;
    while (common < knownBlocks && isShared(names[common]!)) common++;
    if (common === knownBlocks) return [];
    const half = common + (knownBlocks - common) / 2;
    return [
      {
        gapMs: Math.max(0, sentMs - endedMs),
        distanceBlocks,
        isHit: foundBlocks > half,
        isExpected: expectedBlocks > half,
      },
    ];
  });
}

/** Whether several conversations ask for a block. */
function sharedNames(served: readonly Served[]): (name: number) => boolean {
  const first = new Map<number, number>();
  const shared = new Set<number>();
  for (const { names, sessionId } of served) {
    for (let at = 0; at < names.length; at++) {
      const name = names[at]!;
      const owner = first.get(name);
      if (owner === undefined) first.set(name, sessionId);
      else if (owner !== sessionId) shared.add(name);
    }
  }
  return (name) => shared.has(name);
}
