import type { BlocksSummary } from './blocks.ts';

/** Of so many ids a few may be round by chance. */
const ROUND_SHARE = 0.5;

/** What is no error, and whoever uses the trace should know. */
export function warningsOf(blocks: BlocksSummary | undefined, isOverlaid: boolean): string[] {
  return [
    ...(isOverlaid ? [OVERLAID] : []),
    ...(blocks ? [...conflicts(blocks), ...rounded(blocks), ...mixed(blocks)] : []),
  ];
}

const OVERLAID = `The times of each session count from its own beginning, and when that was is not known: sessions are
  taken as if all began at once, so how requests arrive is not shown, and LRU and time to live mix what may be far apart.`;

export function conflicts({
  parentConflicts,
  references,
}: Pick<BlocksSummary, 'parentConflicts' | 'references'>): string[] {
  if (parentConflicts === 0) return [];
  return [
    `The ids are not chained: ${parentConflicts} of ${references} come behind another id than when they were first seen. A block counts as found only behind the same beginning; counting ids alone would find more.`,
  ];
}

function rounded({ beyondDouble, beyondDoubleRound }: BlocksSummary): string[] {
  if (beyondDouble === 0) return [];
  if (beyondDoubleRound > ROUND_SHARE * beyondDouble) {
    return [
      `The ids look rounded: ${beyondDoubleRound} of ${beyondDouble} beyond 2^53 are exactly what a double holds. A program that read them as numbers has written them, and different blocks may have become one.`,
    ];
  }
  return [
    `${beyondDouble} ids are beyond 2^53: they are kept digit by digit, but a program that reads them as doubles takes different ones for the same.`,
  ];
}

function mixed({ rounding }: BlocksSummary): string[] {
  if (rounding !== 'mixed') return [];
  return [
    'Some inputs have an id for their last, partial block and some have none: the file may be made of two.',
  ];
}
