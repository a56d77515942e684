import { measure } from '../report/number.ts';

/** How capacities are told: in blocks, tokens, and GB where bytes a token are known. */
export interface SizeUnits {
  readonly blockTokens: number;
  readonly bytesPerToken?: number;
}

const GB = 1e9;

/** `2599 blocks (41584 tokens, 5.45 GB)` */
export function sizeText(blocks: number, units: SizeUnits): string {
  const gb = gigabytesOf(blocks, units);
  const parts = [`${blocks * units.blockTokens} tokens`];
  if (gb !== undefined) parts.push(`${measure(gb)} GB`);
  return `${blocks} blocks (${parts.join(', ')})`;
}

export function gigabytesOf(
  blocks: number,
  { blockTokens, bytesPerToken }: SizeUnits,
): number | undefined {
  return bytesPerToken === undefined ? undefined : (blocks * blockTokens * bytesPerToken) / GB;
}
