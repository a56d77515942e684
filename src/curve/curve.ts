import { UsageError } from '../base/errors.ts';
import { jointHits } from '../cache/joint.ts';
import { PrefixReuse, type PrefixReuseSummary } from '../cache/prefix-reuse.ts';
import { Stretches } from '../cache/stretches.ts';
import type { Capacity } from '../inspect/inspection.ts';
import { ascending, part, partsOf, reuseOf } from '../inspect/reuse.ts';
import { definitionsOf } from './definitions.ts';
import { reachOf } from './engine-has.ts';
import { drawn } from './figures.ts';
import { byName, bySession, byTurn } from './groups.ts';
import type { CurveRequest, CurveSource, EngineHas, RequestFold } from './request.ts';
import type { CurveResult, JointSummary, MarginalGB, Mark } from './result.ts';
import { Rows } from './rows.ts';
import { byTenant } from './tenants.ts';
import { Chunks, type TiersAsked, tiersOf } from './tiers.ts';
import { workingSetOf } from './working-set.ts';

export interface CurveOptions {
  /** Share of the measured requests, from the first on, that only fill the caches. */
  readonly warmupShare: number;
  readonly engineBlockTokens: number;
  /** In blocks, ascending; absent: parts of all blocks there are. */
  readonly capacities?: readonly number[] | undefined;
  /** Ascending; absent: seconds to days. */
  readonly ttlsSec?: readonly number[] | undefined;
  /** Instead of the source's own. */
  readonly bytesPerToken?: number | undefined;
  /** Of the windows of the working set: seconds, or requests where no times are known. */
  readonly window?: number | undefined;
  readonly tiers?: TiersAsked | undefined;
}

/** References to blocks that are kept for the upper bound: 16 MB, and some seconds for its figure. */
const REFERENCES_MAX = 2_000_000;
const GB = 1e9;

/**
 * What prefix caches of every size and time to live find of a source's requests, one after the other: exactly, and in
 * one pass (two where some of them only fill the caches).
 * @throws UsageError if there are no requests.
 */
export async function cacheCurve(source: CurveSource, options: CurveOptions): Promise<CurveResult> {
  const skipped = await warmupOf(source, options.warmupShare);
  const { fold, warnings } = await source.play(() => new CurveFold(source, options, skipped));
  return fold.close(warnings);
}

async function warmupOf(source: CurveSource, share: number): Promise<number> {
  if (share === 0) return 0;
  let requests = 0;
  const count = { add: ({ isMeasured = true }: CurveRequest) => void (isMeasured && requests++) };
  await source.play(() => {
    requests = 0;
    return count;
  });
  return Math.floor(share * requests);
}

class CurveFold implements RequestFold {
  readonly #source: CurveSource;
  readonly #options: CurveOptions;
  #skipped: number;
  readonly #rows: Rows;
  readonly #stretches = new Stretches();
  readonly #reuse: PrefixReuse;
  readonly #chunks: Chunks | undefined;
  /** By place: the place among the requests that have a whole chunk. */
  readonly #chunkPlaces: number[] = [];
  #withChunks = 0;

  constructor(source: CurveSource, options: CurveOptions, skipped: number) {
    const { blockTokens } = source;
    const { engineBlockTokens, tiers } = options;
    this.#source = source;
    this.#options = options;
    this.#skipped = skipped;
    this.#rows = new Rows(blockTokens);
    this.#reuse = new PrefixReuse({
      blockTokens,
      engineBlockTokens,
      referencesMax: REFERENCES_MAX,
      stretches: this.#stretches,
    });
    const isOfChunks = tiers && (tiers.chunkBlocks > 1 || tiers.isPromptOnly);
    this.#chunks = isOfChunks ? new Chunks(tiers, blockTokens) : undefined;
  }

  add(given: CurveRequest): void {
    const isSkipped = given.isMeasured !== false && this.#skipped > 0;
    if (isSkipped) this.#skipped--;
    const request = isSkipped ? { ...given, isMeasured: false } : given;
    this.#rows.add(request, this.#reuse.add(request));
    if (!this.#chunks || !request.chain.length) return;
    this.#chunkPlaces.push(this.#chunks.add(request) ? this.#withChunks++ : -1);
  }

  close(warnings: readonly string[]): CurveResult {
    const { kind, name, how, blockTokens, engine } = this.#source;
    const played = this.#reuse.close();
    const { totals } = played;
    if (!totals.requests) {
      throw new UsageError(`${name}: found no request that is measured; expected some`);
    }
    const bytesPerToken = this.#options.bytesPerToken ?? this.#source.bytesPerToken;
    const options = { ...this.#options, blockTokens, bytesPerToken };
    const rows = this.#rows.all;
    const spanMs = (rows.at(-1)!.atMs ?? 0) - (rows[0]!.atMs ?? 0);
    const capacities = options.capacities ?? withEngine(partsOf(totals.distinctBlocks), engine);
    const warmup = rows.length - totals.requests;
    const sizedReuse = { ...options, capacities, warmup, spanMs };
    const reuse = reuseOf(played, undefined, sizedReuse);
    const sized = (blocks: number) => capacityOf(blocks, options);
    const marks = marksOf(reuse.lru.needed, options.capacities, engine).map((mark) => ({
      ...sized(mark.blocks),
      says: mark.says,
    }));
    const found = marks.map(({ blocks }) => this.#foundAt(blocks).tokens);
    const sessions = bySession(rows, found);
    const tenants = byTenant(rows, found, this.#rows.beginnings);
    const jointAt = (ttlsSec: readonly number[]) => this.#joint(played, ttlsSec, marks);
    const joint = jointAt(reuse.ttl?.points.map(({ ttlSec }) => ttlSec) ?? []);
    const workingSet = workingSetOf(this.#rows.withBlocks, this.#stretches, options.window);
    const { tiers } = options;
    const result = {
      source: { kind, name, how },
      warnings,
      blockTokens,
      ...(bytesPerToken !== undefined && { bytesPerToken }),
      ...(engine && { engine }),
      distinctBlocks: totals.distinctBlocks,
      compulsory: {
        blocks: totals.blocks - totals.found.blocks,
        tokens: totals.inputTokens - totals.found.tokens,
        share: part(totals.inputTokens - totals.found.tokens, totals.inputTokens),
      },
      reuse,
      definitions: capacities.map((blocks) => ({
        ...sized(blocks),
        ...definitionsOf(rows, this.#foundAt(blocks), totals),
      })),
      marks,
      ...(joint && { joint }),
      ...(bytesPerToken !== undefined && {
        marginal: capacities.map((blocks) => marginalOf(blocks, played, sized)),
      }),
      turns: byTurn(rows, found),
      ...(sessions && { sessions }),
      ...(tenants && { tenants }),
      groups: byName(rows, found),
      ...(workingSet && { workingSet }),
      ...(tiers && { tiers: this.#tiers(tiers) }),
    };
    let figures: CurveResult['figures'] | undefined;
    return {
      ...result,
      // The bound's points cost as much as all else: they are computed where somebody draws them.
      get figures() {
        return (figures ??= drawn(played, result, { blockTokens, spanMs, jointAt }));
      },
    };
  }

  #foundAt(capacityBlocks: number) {
    const { blockTokens } = this.#source;
    return this.#stretches.foundBy(this.#rows.withBlocks.length, { blockTokens, capacityBlocks });
  }

  #joint(
    { ttl, totals }: PrefixReuseSummary,
    ttlsSec: readonly number[],
    marks: readonly Mark[],
  ): JointSummary | undefined {
    if (!ttl || !ttlsSec.length) return undefined;
    const rows = this.#rows.withBlocks;
    const capacitiesBlocks = marks.map(({ blocks }) => blocks);
    const hits = jointHits(this.#stretches, {
      blockTokens: this.#source.blockTokens,
      capacitiesBlocks: [...capacitiesBlocks, Infinity],
      ttlsMs: ttlsSec.map((ttlSec) => 1000 * ttlSec),
      atMs: (place) => rows[place]!.atMs!,
      isCounted: (place) => rows[place]!.isMeasured,
    });
    return {
      capacitiesBlocks,
      rows: ttlsSec.map((ttlSec, index) => {
        const shares = hits[index]!.map(({ tokens }) => part(tokens, totals.inputTokens));
        return { ttlSec, shares: shares.slice(0, -1), unlimited: shares.at(-1)! };
      }),
    };
  }

  #tiers(asked: TiersAsked) {
    const chunks = this.#chunks && {
      of: this.#chunks,
      places: Int32Array.from(this.#chunkPlaces),
    };
    const { blockTokens } = this.#source;
    return tiersOf(asked, this.#rows.withBlocks, { gpu: this.#stretches, chunks, blockTokens });
  }
}

function withEngine(capacities: readonly number[], engine: EngineHas | undefined): number[] {
  return ascending(engine ? [...capacities, reachOf(engine)] : capacities);
}

function capacityOf(
  blocks: number,
  { blockTokens, bytesPerToken }: { blockTokens: number; bytesPerToken?: number | undefined },
): Capacity {
  const tokens = blocks * blockTokens;
  return {
    blocks,
    tokens,
    ...(bytesPerToken !== undefined && { bytes: tokens * bytesPerToken }),
  };
}

const MARKS_MAX = 3;

/** Those that were asked for, or what the engine has, or else half and nearly all of what there is to find. */
function marksOf(
  needed: CurveResult['reuse']['lru']['needed'],
  asked: readonly number[] | undefined,
  engine: EngineHas | undefined,
): { blocks: number; says: string }[] {
  if (asked) return asked.slice(0, MARKS_MAX).map((blocks) => ({ blocks, says: 'as asked' }));
  if (engine) return engineMarks(engine);
  const ofIdeal = new Map<number, string>();
  for (const { shareOfUnlimited, blocks } of needed) {
    if (![0.5, 0.9].includes(shareOfUnlimited) || blocks === 0 || ofIdeal.has(blocks)) continue;
    ofIdeal.set(blocks, `finds ${100 * shareOfUnlimited} % of what there is to find`);
  }
  return [...ofIdeal].map(([blocks, says]) => ({ blocks, says }));
}

function engineMarks(engine: EngineHas): { blocks: number; says: string }[] {
  const gpu = { blocks: engine.blocks, says: "the engine's GPU" };
  const all = reachOf(engine);
  return all === engine.blocks
    ? [gpu]
    : [gpu, { blocks: all, says: 'the engine, tiers below the GPU too' }];
}

function marginalOf(
  blocks: number,
  { lru, totals }: PrefixReuseSummary,
  sized: (blocks: number) => Capacity,
): MarginalGB {
  const blockBytes = sized(1).bytes!;
  const { tokens } = lru.at(blocks);
  const more = lru.at(blocks + Math.floor(GB / blockBytes)).tokens - tokens;
  return {
    ...sized(blocks),
    share: part(tokens, totals.inputTokens),
    nextGBTokens: more,
    nextGBShare: part(more, totals.inputTokens),
  };
}
