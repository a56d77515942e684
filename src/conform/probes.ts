import type { Probe } from './probe.ts';
import { ANSWERS } from './probes/answers.ts';
import { CAPACITY } from './probes/capacity.ts';
import { CHATS } from './probes/chats.ts';
import { COUNTERS } from './probes/counters.ts';
import { ISOLATION } from './probes/isolation.ts';
import { PREFIX } from './probes/prefix.ts';
import { VECTORS } from './probes/vectors.ts';

/**
 * All probes, in the order in which they are played: what others rest on first, what fills and empties the cache
 * last.
 */
export const PROBES: Readonly<Record<string, Probe>> = {
  ...PREFIX,
  ...ANSWERS,
  ...VECTORS,
  ...ISOLATION,
  ...CHATS,
  ...COUNTERS,
  ...CAPACITY,
};

/** Raised with every change of what a probe does that its row does not say. */
export const REVISION = 1;
