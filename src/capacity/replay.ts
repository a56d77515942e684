import { PinnedStack } from './pinned-stack.ts';
import type { Served } from './served.ts';
import { slotsOf, timelineOf } from './timeline.ts';

export interface Replay {
  readonly blockTokens: number;
  /** Of each request, on the clock of the others' times. */
  readonly admittedMs: ArrayLike<number>;
  /** A request is about to be admitted: the stack is as it finds it. */
  readonly onAdmit?: (request: number, stack: PinnedStack) => void;
  /** It has been: so many requests run now, and hold so many slots. */
  readonly onAdmitted?: (request: number, running: number, heldBlocks: number) => void;
}

/** The blocks of a run go through an LRU stack as its requests came and went. Returns the most slots that were held at once. */
export function replay(
  served: readonly Served[],
  { blockTokens, admittedMs, onAdmit, onAdmitted }: Replay,
): number {
  const stack = new PinnedStack();
  let heldMost = 0;
  let running = 0;
  for (const event of timelineOf(served, admittedMs, blockTokens)) {
    const { request } = event;
    const one = served[request]!;
    const { names } = one;
    const [first, last] = slotsOf(one, blockTokens);
    if (event.kind === 'release') {
      stack.pinUnnamed(Math.min(0, names.length - last));
      stack.release(names, names.length);
      running--;
      continue;
    }
    if (event.kind === 'admit') onAdmit?.(request, stack);
    const from = event.kind === 'admit' ? 0 : event.slot;
    const to = event.kind === 'admit' ? first : event.slot + 1;
    const named = Math.min(to, names.length);
    stack.pin(names, from, named);
    stack.pinUnnamed(to - Math.max(named, from));
    heldMost = Math.max(heldMost, stack.pinnedBlocks);
    if (event.kind === 'admit') onAdmitted?.(request, ++running, stack.pinnedBlocks);
  }
  return heldMost;
}

/** Blocks of a prompt that can be found: its last token is always computed. */
export function findableBlocks(
  { names, inputTokens }: Pick<Served, 'names' | 'inputTokens'>,
  blockTokens: number,
): number {
  return Math.min(names.length, Math.floor((inputTokens - 1) / blockTokens));
}
