import { HitCurve, type LruHits } from '../cache/hit-curve.ts';
import { admissionsOf } from './admissions.ts';
import { findableBlocks, replay } from './replay.ts';
import type { Served } from './served.ts';

/** Where admissions are not known, the middle of what they can be. */
export const TYPICAL_ORDER = 0.5;

/**
 * What LRU caches of every size find of requests, while all come and go as they did: of each group, for those that
 * belong to one.
 */
export function expectedHits<Group>(
  caches: readonly (readonly Served[])[],
  blockTokens: number,
  groupOf: (one: Served) => Group | undefined,
): Map<Group, LruHits> {
  const curves = new Map<Group, HitCurve>();
  for (const served of caches) {
    replay(served, {
      blockTokens,
      admittedMs: admissionsOf(served, TYPICAL_ORDER),
      onAdmit(request, stack) {
        const one = served[request]!;
        const group = groupOf(one);
        if (group === undefined) return;
        let curve = curves.get(group);
        if (!curve) curves.set(group, (curve = new HitCurve(blockTokens)));
        stack.look(one.names, findableBlocks(one, blockTokens), (from, to, newer) =>
          curve.add(newer ?? from, to - from, blockTokens),
        );
      },
    });
  }
  return new Map([...curves].map(([group, curve]) => [group, curve.close()]));
}

/** Of one request: its deepest block that was there before, and what a cache needs to have it. */
export interface Reuse {
  /** Leading blocks that an endless cache finds. */
  readonly knownBlocks: number;
  /** The least capacity that has all of them, blocks. */
  readonly distanceBlocks: number;
  /** What a cache of the capacity that was asked for finds, blocks. */
  readonly expectedBlocks: number;
}

/** By request, at a capacity. */
export function reusesAt(
  served: readonly Served[],
  blockTokens: number,
  capacityBlocks: number,
): Reuse[] {
  const reuses: Reuse[] = new Array(served.length);
  replay(served, {
    blockTokens,
    admittedMs: admissionsOf(served, TYPICAL_ORDER),
    onAdmit(request, stack) {
      const one = served[request]!;
      let distanceBlocks = 0;
      let expectedBlocks = 0;
      const knownBlocks = stack.look(
        one.names,
        findableBlocks(one, blockTokens),
        (from, to, newer) => {
          distanceBlocks = newer === undefined ? 0 : newer + to - from;
          const fitting = newer === undefined ? to - from : capacityBlocks - newer;
          expectedBlocks += Math.max(0, Math.min(to - from, fitting));
        },
      );
      reuses[request] = { knownBlocks, distanceBlocks, expectedBlocks };
    },
  });
  return reuses;
}
