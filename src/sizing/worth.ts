import { PrefixReuse } from '../cache/prefix-reuse.ts';
import { scenarioSource } from '../curve/from-scenario.ts';
import type { Scenario } from '../scenario/schema.ts';

/** What the memory of a scenario's caches is worth, whatever its engine is. */
export interface Worth {
  /** Of all different blocks: a cache of so much never evicts. */
  readonly unlimitedGB: number;
  /** By LRU of one size after the other: what is found, of the input tokens, and with 1 GB more. */
  readonly points: readonly {
    readonly gb: number;
    readonly share: number;
    readonly nextGBShare: number;
  }[];
  /** From so many GB on, another one finds less than `paysShare` of the input tokens more. */
  readonly paysUpToGB: number;
}

const STEPS = 64;
const GB = 1e9;

/** @param paysShare of the input tokens. @throws UsageError for an engine that there cannot be. */
export async function worthOf(scenario: Scenario, paysShare: number): Promise<Worth> {
  const source = scenarioSource(scenario.name, scenario);
  const { blockTokens } = source;
  const asked = { blockTokens, engineBlockTokens: blockTokens, referencesMax: 0 };
  const { fold } = await source.play(() => new PrefixReuse(asked));
  const { lru, totals } = fold.close();
  const blockBytes = blockTokens * source.bytesPerToken!;
  const shareOf = (tokens: number) => (totals.inputTokens > 0 ? tokens / totals.inputTokens : 0);
  const points = Array.from({ length: STEPS }, (_, step) => {
    const blocks = Math.max(1, Math.round((totals.distinctBlocks * (step + 1)) / STEPS));
    const { tokens } = lru.at(blocks);
    const more = lru.at(blocks + Math.floor(GB / blockBytes)).tokens - tokens;
    return { gb: (blocks * blockBytes) / GB, share: shareOf(tokens), nextGBShare: shareOf(more) };
  });
  const last = points.findLastIndex(({ nextGBShare }) => nextGBShare >= paysShare);
  return {
    unlimitedGB: (totals.distinctBlocks * blockBytes) / GB,
    points,
    paysUpToGB: last < 0 ? 0 : (points[last + 1] ?? points[last]!).gb,
  };
}
