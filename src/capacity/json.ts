import type { RunCapacity } from './capacity.ts';
import type { InferredCapacity } from './infer.ts';
import { gigabytesOf, type SizeUnits } from './size-text.ts';
import { sizesOf } from './sizes.ts';

/** What `confab cache capacity --json` writes of a run. */
export function capacityJson(capacity: RunCapacity, name: string): string {
  const { tiers, lru, ...told } = capacity;
  const { inputTokens } = told;
  const json = {
    format: 'confab-cache-capacity',
    version: 1,
    run: name,
    ...told,
    ...(tiers && {
      gpu: inferredJson(tiers.gpu, told),
      ...(tiers.below && { below: inferredJson(tiers.below, told), stored: tiers.stored }),
      ...(tiers.toldBy && { tiersToldBy: tiers.toldBy }),
      byCapacity: sizesOf(tiers.gpu, [tiers.gpu.blocks]).map((blocks) => ({
        blocks,
        foundTokens: lru.at(blocks).tokens,
        foundShare: lru.at(blocks).tokens / inputTokens,
      })),
    }),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function inferredJson({ posterior: _, ...inferred }: InferredCapacity, units: SizeUnits) {
  const { blocks } = inferred;
  const gigabytes = gigabytesOf(blocks, units);
  return {
    ...inferred,
    tokens: blocks * units.blockTokens,
    ...(gigabytes !== undefined && { gigabytes }),
  };
}
