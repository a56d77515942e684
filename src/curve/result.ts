import type { Capacity, ReuseSummary } from '../inspect/inspection.ts';
import type { Figure } from '../report/figures/figure.ts';
import type { NamedGroup, SessionsSummary, TurnGroup } from './groups.ts';
import type { CurveSource, EngineHas } from './request.ts';
import type { Tenant } from './tenants.ts';
import type { TiersSummary } from './tiers.ts';
import type { WorkingSet } from './working-set.ts';

/** What prefix caches find of requests. What is absent is not known; shares are 0 to 1, of input tokens unless said otherwise. */
export interface CurveResult {
  readonly source: Pick<CurveSource, 'kind' | 'name' | 'how'>;
  readonly warnings: readonly string[];
  readonly blockTokens: number;
  readonly bytesPerToken?: number;
  readonly engine?: EngineHas;
  readonly distinctBlocks: number;
  /** Input that was never there before: what no cache finds. */
  readonly compulsory: { readonly blocks: number; readonly tokens: number; readonly share: number };
  /** LRU by capacity, time to live, and what a cache that never forgets finds. */
  readonly reuse: ReuseSummary;
  /** "The hit rate" by each definition: of LRU caches of some sizes. */
  readonly definitions: readonly Definitions[];
  /** Sizes for which turns, sessions and groups are shown too. */
  readonly marks: readonly Mark[];
  /** Of LRU caches of some sizes that also forget; absent where times are not known. */
  readonly joint?: JointSummary;
  /** What one GB more is worth; absent where the bytes of a token are not known. */
  readonly marginal?: readonly MarginalGB[];
  readonly turns: readonly TurnGroup[];
  readonly sessions?: SessionsSummary;
  /** Absent: all are alike, or no two conversations are. */
  readonly tenants?: readonly Tenant[];
  /** By kind, by model, …: those that there are several of. */
  readonly groups: Readonly<Record<string, readonly NamedGroup[]>>;
  readonly workingSet?: WorkingSet;
  readonly tiers?: TiersSummary;
  readonly figures: readonly Figure[];
}

export interface Definitions extends Capacity {
  /** Tokens found, of the input tokens. */
  readonly token: number;
  /** Blocks found, of those of the prompts. */
  readonly block: number;
  /** Mean over the requests of the token share of each. */
  readonly requestMean: number;
  /** Of the requests: those that find a block at all, and those that find all that can be found of theirs. */
  readonly any: number;
  readonly full: number;
}

export interface Mark extends Capacity {
  /** Why it is one: what is asked for, or what the engine has. */
  readonly says: string;
}

export interface JointSummary {
  readonly capacitiesBlocks: readonly number[];
  readonly rows: readonly {
    readonly ttlSec: number;
    /** By capacity, and without a limit of blocks. */
    readonly shares: readonly number[];
    readonly unlimited: number;
  }[];
}

export interface MarginalGB extends Capacity {
  readonly share: number;
  /** With one GB (1e9 bytes) more: what is found beside, and as a share. */
  readonly nextGBTokens: number;
  readonly nextGBShare: number;
}
