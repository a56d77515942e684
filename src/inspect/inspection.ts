import type { Figure } from '../report/figures/figure.ts';
import type { Distribution } from '../stats/quantile.ts';
import type { TraceFacts } from '../workload/traces/format.ts';
import type { BlocksSummary } from './blocks.ts';
import type { RequestsSummary } from './requests.ts';
import type { SaidSummary } from './said.ts';

/** What a trace is, and what prefix caches could find in it. What is absent is not known. */
export interface Inspection extends RequestsSummary {
  readonly file: string;
  readonly traceFormat: RecognisedFormat;
  readonly timeUnit?: NonNullable<TraceFacts['timeUnit']>;
  /** session: the times of each session count from its own beginning. */
  readonly timeOrigin: 'trace' | 'session';
  /** cumulative: an input repeats what its session said before; delta: it is what is new; alone: there are no sessions. */
  readonly context: 'cumulative' | 'delta' | 'mixed' | 'alone';
  readonly isInOrder: boolean;
  /** sha256 of what is asked for, alike in any format (inspect/content.ts). */
  readonly digest: string;
  readonly warnings: readonly string[];
  readonly blocks?: BlocksSummary;
  readonly reuse?: ReuseSummary;
  /** Of requests that have messages. */
  readonly said?: SaidSummary;
  /** By capacity and by time to live; none where it is not known. */
  readonly figures: readonly Figure[];
}

export interface RecognisedFormat {
  readonly name: string;
  /** What a file of it has in it. */
  readonly says: string;
  /** content: by how the file begins; name: as it was told. */
  readonly by: 'content' | 'name';
  /** Others that the file could have been, tried later. */
  readonly alsoFits: readonly string[];
}

/** Of measured requests. Shares are of 0 to 1, of their input tokens unless it says otherwise. */
export interface ReuseSummary {
  /** Requests that came before those that are measured, and only filled the caches. */
  readonly warmupRequests: number;
  readonly requests: number;
  readonly inputTokens: number;
  readonly blocks: number;
  readonly unlimited: UnlimitedShares;
  /** The token share of each session, likewise; absent where there are none. */
  readonly sessionShares?: Distribution;
  readonly lru: LruSummary;
  /** Absent where times are not known. */
  readonly ttl?: TtlSummary;
}

/** What "the hit rate" of a cache that never forgets may mean. */
export interface UnlimitedShares {
  readonly foundTokens: number;
  readonly foundBlocks: number;
  /** Of the input tokens. */
  readonly token: number;
  /** Of the blocks, a part of one as much as a full one. */
  readonly block: number;
  /** Mean over the requests of the token share of each. */
  readonly requestMean: number;
  /** Of the requests: those that find a block at all, and those that find all of theirs. */
  readonly any: number;
  readonly full: number;
  /** Of the input tokens, as an engine counts them: in whole blocks of this size, never the last token of a prompt. */
  readonly engine: number;
  readonly engineBlockTokens: number;
}

export interface LruSummary {
  readonly points: readonly CapacityPoint[];
  /** How large a cache must be to find so much of what one that never forgets finds. */
  readonly needed: readonly NeededCapacity[];
}

export interface Capacity {
  readonly blocks: number;
  readonly tokens: number;
  /** Absent where the bytes of a token are not known. */
  readonly bytes?: number;
}

export interface NeededCapacity extends Capacity {
  readonly shareOfUnlimited: number;
}

export interface CapacityPoint extends Capacity {
  readonly foundTokens: number;
  readonly share: number;
  readonly blockShare: number;
  /** Of a cache that knows the future: an upper bound for every policy. Absent: there are too many references. */
  readonly boundTokens?: number;
  readonly boundShare?: number;
}

export interface TtlSummary {
  readonly points: readonly TtlPoint[];
}

export interface TtlPoint {
  readonly ttlSec: number;
  readonly foundTokens: number;
  readonly share: number;
  readonly blockShare: number;
}
