import { hundredths } from '../inspect/reuse-text.ts';
import { field, type Section } from '../report/section.ts';
import type { CurveResult } from './result.ts';

/** What each tier finds of what those above it do not, and what its capacity means. */
export function tiersSections({ tiers, blockTokens }: CurveResult): Section[] {
  if (!tiers) return [];
  const { effectiveBlocks, chunkBlocks, isInclusive, isPromptOnly, foundTokens, share } = tiers;
  const stack = isInclusive
    ? 'Inclusive: a tier has copies of what is above it, so together they find what the largest does'
    : 'Exclusive: a tier has what was evicted above it, so together they find what their sum does';
  const below = [
    ...(chunkBlocks > 1
      ? [`comes and goes in whole chunks of ${chunkBlocks * blockTokens} tokens`]
      : []),
    ...(isPromptOnly ? ['has prompts only, and no answers until they come back in one'] : []),
  ];
  return [
    {
      title: 'Tiers',
      fields: [
        ...tiers.tiers.map((tier) =>
          field(
            tier.name,
            `${tier.blocks} blocks find ${hundredths(tier.share)}: ${tier.foundTokens} tokens`,
          ),
        ),
        field('together', `${hundredths(share)}: ${foundTokens} tokens`),
      ],
      notes: [
        `${stack}${effectiveBlocks === undefined ? '.' : `: ${effectiveBlocks} blocks.`}`,
        ...(below.length
          ? [`What is below the GPU ${below.join(', and ')}: it finds no more than that.`]
          : []),
      ],
    },
  ];
}
