import { cacheCurve } from '../curve/curve.ts';
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

export async function worthOf(scenario: Scenario, paysShare: number): Promise<Worth> {
  const source = scenarioSource(scenario.name, scenario);
  const options = { warmupShare: 0, engineBlockTokens: source.blockTokens! };
  const { distinctBlocks } = await cacheCurve(source, options);
  const capacities = Array.from({ length: STEPS }, (_, step) =>
    Math.max(1, Math.round((distinctBlocks * (step + 1)) / STEPS)),
  );
  const { marginal = [] } = await cacheCurve(source, {
    ...options,
    capacities: [...new Set(capacities)],
  });
  const points = marginal.map(({ bytes = 0, share, nextGBShare }) => ({
    gb: bytes / GB,
    share,
    nextGBShare,
  }));
  const last = points.findLastIndex(({ nextGBShare }) => nextGBShare >= paysShare);
  return {
    unlimitedGB: (distinctBlocks * source.blockTokens! * source.bytesPerToken!) / GB,
    points,
    paysUpToGB: last < 0 ? 0 : (points[last + 1] ?? points[last]!).gb,
  };
}
