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

const FIRST_NAMES = 1024;
const SEVERAL = -1;

/** Whether several conversations ask for a block, and not only those that say the same. */
function sharedNames(served: readonly Served[]): (name: number) => boolean {
  const sessions = new Map<number, number>();
  // By name: the one conversation that asked for it, from 1.
  let owners = new Int32Array(FIRST_NAMES);
  for (const { names, sessionId, sayingId = sessionId } of served) {
    let session = sessions.get(sayingId);
    if (session === undefined) sessions.set(sayingId, (session = sessions.size + 1));
    for (let at = 0; at < names.length; at++) {
      const name = names[at]!;
      if (name >= owners.length) owners = grown(owners, name + 1);
      if (owners[name] === 0) owners[name] = session;
      else if (owners[name] !== session) owners[name] = SEVERAL;
    }
  }
  return (name) => owners[name] === SEVERAL;
}

function grown(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const more = new Int32Array(Math.max(length, 2 * values.length));
  more.set(values);
  return more;
}
