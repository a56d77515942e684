import type { PinnedStack } from './pinned-stack.ts';
import { findableBlocks, replay } from './replay.ts';
import type { Served } from './served.ts';

/**
 * What one request says of the capacity, in blocks: it found its deepest block, so there are `atLeast` of them; and not
 * the one behind it, so there are fewer than `below`. 0 and Infinity: it says nothing on that side.
 */
export interface Bound {
  readonly request: number;
  readonly atLeast: number;
  readonly below: number;
}

export interface Bounds {
  readonly bounds: readonly Bound[];
  /** The most slots that running requests held at once. */
  readonly heldMost: number;
  /** Requests that found what nobody had sent before: they say nothing. */
  readonly strangers: readonly number[];
}

/** What of a request's own blocks was found where: by default all that the engine says. */
export type Seen = (one: Served) => Sighting | undefined;

export interface Sighting {
  /** Block `found - 1` was there; undefined: not known. */
  readonly found: number | undefined;
  /** This block was not; undefined: not known. */
  readonly missed: number | undefined;
}

/** One pass over a run, whose requests were admitted at these times. */
export function boundsOf(
  served: readonly Served[],
  admittedMs: ArrayLike<number>,
  blockTokens: number,
  seen: Seen = everything,
): Bounds {
  const bounds: Bound[] = [];
  const strangers: number[] = [];
  const heldMost = replay(served, {
    blockTokens,
    admittedMs,
    onAdmit: (request, stack) => {
      const one = served[request]!;
      const sighting = seen(one);
      if (!sighting) return;
      const bound = boundOf(stack, one, sighting, blockTokens);
      if (bound) bounds.push({ request, ...bound });
      else strangers.push(request);
    },
  });
  return { bounds, heldMost, strangers };
}

/** undefined: it found what was never there. */
function boundOf(
  stack: PinnedStack,
  one: Served,
  { found = 0, missed }: Sighting,
  blockTokens: number,
): Omit<Bound, 'request'> | undefined {
  let atLeast = 0;
  let below = Infinity;
  const known = stack.look(one.names, findableBlocks(one, blockTokens), (from, to, newer) => {
    const depthOf = (at: number) => (newer === undefined ? 0 : newer + at - from + 1);
    if (from < found && found <= to) atLeast = depthOf(found - 1);
    if (missed !== undefined && from <= missed && missed < to) below = depthOf(missed);
  });
  return found > known ? undefined : { atLeast, below };
}

function everything({ foundBlocks }: Served): Sighting | undefined {
  if (foundBlocks === undefined) return undefined;
  return { found: foundBlocks, missed: foundBlocks };
}
