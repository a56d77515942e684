import { admissionsOf } from './admissions.ts';
import { TYPICAL_ORDER } from './expected.ts';
import { replay } from './replay.ts';
import type { Served } from './served.ts';

/** Of requests that the engine let wait: what those that ran had, when it let them in. */
export interface Waiting {
  readonly requests: number;
  /** Blocks, 95 % of the times no more. */
  readonly heldBlocks: number;
  /** Running requests: 5 % of the times fewer, and more. */
  readonly running: readonly [number, number];
}

/** It waited: for longer than this, and than what was left until its first token. */
const WAIT_MIN_MS = 200;
/** Fewer than so many, and than this share of all, say nothing. */
const REQUESTS_MIN = 20;
const SHARE_MIN = 0.1;

/** Looked for once a run, for all that rests on it. */
const known = new WeakMap<readonly (readonly Served[])[], { readonly waiting?: Waiting }>();

export function waitingOf(
  caches: readonly (readonly Served[])[],
  blockTokens: number,
): Waiting | undefined {
  let found = known.get(caches);
  if (!found) {
    const waiting = made(caches, blockTokens);
    known.set(caches, (found = { ...(waiting && { waiting }) }));
  }
  return found.waiting;
}

function made(caches: readonly (readonly Served[])[], blockTokens: number): Waiting | undefined {
  const held: number[] = [];
  const running: number[] = [];
  for (const served of caches) {
    const admittedMs = admissionsOf(served, TYPICAL_ORDER);
    const earliestMs = admissionsOf(served, 0);
    replay(served, {
      blockTokens,
      admittedMs,
      onAdmitted(request, runningNow, heldBlocks) {
        const { sentMs, firstTokenMs } = served[request]!;
        const waitedMs = earliestMs[request]! - sentMs;
        if (waitedMs < Math.max(WAIT_MIN_MS, (firstTokenMs - sentMs) / 2)) return;
        held.push(heldBlocks);
        running.push(runningNow);
      },
    });
  }
  const all = caches.reduce((sum, { length }) => sum + length, 0);
  if (held.length < Math.max(REQUESTS_MIN, SHARE_MIN * all)) return undefined;
  return {
    requests: held.length,
    heldBlocks: partOf(held, 0.95),
    running: [partOf(running, 0.05), partOf(running, 0.95)],
  };
}

function partOf(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;
}
