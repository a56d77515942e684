import { below, stream } from '../base/random.ts';

export type Side = 'a' | 'b';

/**
 * Which side goes first in the rounds of a stage, counted from 1. Two rounds are a block, A B B A or B A A B: what
 * drifts with time, or comes of being first, is on both sides alike. Which of the two is drawn, so that nothing
 * that comes and goes can keep step with it.
 */
export function orderOf(
  seed: string | number,
  stage: string,
  round: number,
): readonly [first: Side, second: Side] {
  const block = Math.ceil(round / 2);
  const isFlipped = below(stream(seed, 'order', stage, block), 2) === 1;
  const isSecond = round % 2 === 0;
  return isFlipped === isSecond ? ['a', 'b'] : ['b', 'a'];
}
