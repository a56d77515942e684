import type { RunCapacity } from './capacity.ts';
import type { InferredCapacity } from './infer.ts';

/** Of its ends: beyond, the middle says nothing. */
const WIDE = 1.5;

/** Hits tell too little to name one number. */
export function isWide({ low, high = Infinity }: InferredCapacity): boolean {
  return high > WIDE * low;
}

/** Sizes that are of interest themselves, in words, by their blocks. What the server says comes last. */
export function marksOf({
  tiers,
  advertised,
}: Pick<RunCapacity, 'tiers' | 'advertised'>): Map<number, string> {
  const { gpu, below } = tiers!;
  const marks = new Map([
    ...(advertised ? ([[advertised.blocks, 'advertised']] as const) : []),
    ...inferredMarks(gpu, below ? 'GPU' : 'inferred'),
    ...(below ? inferredMarks(below, 'below it') : []),
  ]);
  if (advertised && marks.get(advertised.blocks) !== 'advertised') {
    marks.set(advertised.blocks, `${marks.get(advertised.blocks)}, advertised`);
  }
  return marks;
}

function inferredMarks(
  inferred: InferredCapacity,
  name: string,
): (readonly [blocks: number, name: string])[] {
  const { blocks, low, high } = inferred;
  if (high === undefined) return [[low, `${name}, at least`]];
  if (!isWide(inferred)) return [[blocks, name]];
  return [
    [low, `${name}, from`],
    [high, `${name}, to`],
  ];
}
