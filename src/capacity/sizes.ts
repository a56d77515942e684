import type { InferredCapacity } from './infer.ts';

/** Of the inferred capacity. */
const PARTS = [1 / 4, 1 / 2, 3 / 4, 9 / 10, 1, 11 / 10, 5 / 4, 3 / 2, 2, 4];
/** Two that are closer than this are one. */
const ALIKE = 0.02;

/** Sizes of a cache around the one that was inferred, ascending, with those that are of interest themselves. */
export function sizesOf({ blocks }: InferredCapacity, marked: readonly number[]): number[] {
  const sizes = PARTS.map((part) => Math.round(part * blocks)).filter((size) => size > 0);
  const others = sizes.filter((size) => marked.every((mark) => Math.abs(size / mark - 1) > ALIKE));
  return [...new Set([...others, ...marked])].sort((a, b) => a - b);
}
