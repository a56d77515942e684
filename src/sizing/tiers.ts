import { capacityOf } from '../plan/capacity.ts';
import type { Override } from '../scenario/overrides.ts';
import type { Scenario } from '../scenario/schema.ts';

/** Where KV memory is bought. */
export type TierName = 'gpu' | 'dram';

/** What a price may be of: a GB of a tier, or a card: an engine of its own, or one of those that hold a model together. */
export type PriceName = TierName | 'card';
export type Prices = Readonly<Partial<Record<PriceName, number>>>;

/** The tiers among what has a price, in its order. */
export function pricedTiers(prices: Prices): TierName[] {
  return (Object.keys(prices) as PriceName[]).filter((name) => name !== 'card');
}

/** Cards of each engine. */
export function cardsEach({ engine }: Scenario): number {
  return capacityOf(engine).cards;
}

interface TierRow {
  /** As tables title it. */
  readonly says: string;
  /** GB that the scenario's engines have of it, all replicas together; 0: none. */
  hasGB(scenario: Scenario): number;
  /** The scenario with so many GB an engine. */
  changes(gb: number, scenario: Scenario): readonly Override[];
}

const GB = 1e9;

/** GB are of one engine: of each replica, where there are several. */
export const TIERS: Readonly<Record<TierName, TierRow>> = {
  gpu: {
    says: 'GPU',
    hasGB({ engine }) {
      const { blocks, bytesPerToken } = capacityOf(engine);
      return ((blocks + 1) * engine.blockTokens * bytesPerToken) / GB;
    },
    changes: (value) => [
      { path: ['engine', 'blocks'], value: undefined },
      { path: ['engine', 'kvGB'], value },
    ],
  },
  dram: {
    says: 'DRAM',
    hasGB({ engine }) {
      const { tiers, bytesPerToken } = capacityOf(engine);
      const blocks = tiers.find(({ medium }) => medium === 'cpu')?.blocks ?? 0;
      return (blocks * engine.blockTokens * bytesPerToken) / GB;
    },
    changes: (value, { engine }) => [
      ...(isOffloading(engine.offload.preset)
        ? []
        : [{ path: ['engine', 'offload', 'preset'], value: 'vllm' }]),
      { path: ['engine', 'offload', 'cpu', 'blocks'], value: undefined },
      { path: ['engine', 'offload', 'cpu', 'capacityGB'], value },
    ],
  },
};

function isOffloading(preset: string | undefined): boolean {
  return preset !== undefined && preset !== 'none';
}
