import { Refused } from '../refused.ts';
import { type CacheSeen, probeCache } from './cache.ts';
import { probeCapacity } from './capacity.ts';
import { type Checked, checkServer } from './check.ts';
import { type Constants, constantsOf } from './constants.ts';
import type { Room } from './decode.ts';
import { noteDrift, refuseOthers } from './end.ts';
import {
  burstWithin,
  type Limit,
  likelyBudgets,
  probeMaxBatchedTokens,
  probeMaxSeqs,
  toldLimit,
} from './limits.ts';
import { prefillLengths, probePrefill } from './prefill.ts';
import type { Seen } from './seen.ts';
import { median, type ProbeSession } from './session.ts';
import { probeSteps } from './steps.ts';
import { probeTier, type TierSeen } from './tier.ts';
import { type Passed, probeTraffic } from './traffic.ts';

/** All that a session of probes found out about a server. */
export interface Probed {
  readonly checked: Checked;
  readonly limits: {
    readonly maxSeqs: Limit;
    readonly maxBatchedTokens: Limit;
    readonly maxModelTokens: Limit;
    readonly blockTokens: Limit | undefined;
    /** KV blocks of the GPU, the null block included. */
    readonly blocks: Limit | undefined;
    /** Blocks of the tiers below it. */
    readonly tierBlocks: Limit | undefined;
  };
  readonly cache: CacheSeen;
  readonly tier: TierSeen | undefined;
  readonly seen: readonly Seen[];
  readonly constants: Constants;
  /** Requests as users send them, of a server that launches steps ahead. */
  readonly traffic: readonly Passed[];
  /** What should be known of it, one sentence each. */
  readonly notes: readonly string[];
}

export interface ProbeOptions {
  /** Streams at a time, at most. */
  readonly streams: number;
}

/** Where nobody says how long a prompt may be. */
const LONGEST_UNTOLD = 4096;
/** Where nobody says what fits the GPU: enough for a few streams. */
const KV_TOKENS_UNTOLD = 32_768;
const LONGEST = 32_768;
const DEFAULT_BLOCK = 16;
/** What the prompts of a batch may take, of the budget. */
const BATCH_SHARE = 0.008;

/**
 * Finds out all there is to be found out about an idle server within the session's budget, by its API alone.
 * @throws Refused for a server that cannot be measured, Interrupted
 */
export async function probeServer(
  session: ProbeSession,
  { streams }: ProbeOptions,
): Promise<Probed> {
  const notes: string[] = [];
  const firstPage = await session.page();
  const checked = await checkServer(session);
  const { told } = checked;
  const maxModelTokens = session.target.maxModelTokens;
  const toldKvTokens =
    told.blocks !== undefined ? (told.blocks - 1) * (told.blockTokens ?? DEFAULT_BLOCK) : undefined;
  const kvTokens = toldKvTokens ?? KV_TOKENS_UNTOLD;
  const longest = Math.floor(
    Math.min(LONGEST, (maxModelTokens ?? LONGEST_UNTOLD) - 64, kvTokens * 0.8),
  );
  const cache = await probeCache(session, longest);
  const seen: Seen[] = [...(await probePrefill(session, prefillLengths(longest)))];
  refuseFixed(seen);
  seen.push(...cache.hits);
  const most = Math.max(2, Math.min(streams, burstWithin(kvTokens * 0.8)));
  const maxSeqs = await probeMaxSeqs(session, most);
  const budget = await probeMaxBatchedTokens(session, longest);
  const room: Room = {
    maxSeqs: maxSeqs.value ?? maxSeqs.low,
    maxBatchedTokens: likelyBudgets(budget)[0]!,
    kvTokens,
    maxModelTokens: maxModelTokens ?? LONGEST_UNTOLD,
    promptTokens: (BATCH_SHARE * session.budgetMs) / tokenMsOf(seen),
  };
  await probeSteps(session, room, { streams, longest, seen, budgets: likelyBudgets(budget) });
  const blockTokens = told.blockTokens ?? cache.blockTokens;
  const blocks =
    told.blocks !== undefined
      ? toldLimit(told.blocks)
      : cache.isCaching
        ? await untoldBlocks(session, blockTokens ?? DEFAULT_BLOCK, longest)
        : undefined;
  const gpuTokens = (blocks?.value ?? 0) * (blockTokens ?? DEFAULT_BLOCK);
  const tier = cache.isCaching
    ? await tierWithin(
        session,
        seen,
        { gpuTokens, longest, blockTokens: blockTokens ?? DEFAULT_BLOCK },
        notes,
      )
    : undefined;
  if (tier) seen.push(...tier.hits.filter(({ cachedTokens }) => cache.isTold && cachedTokens > 0));
  const tierBlocks = await tierSize(session, tier, checked, {
    gpuTokens,
    longest,
    blockTokens: blockTokens ?? DEFAULT_BLOCK,
  });
  session.stage('fitting');
  const constants = constantsOf(seen, likelyBudgets(budget));
  const traffic = await trafficOf(session, { ...room, tokenMs: tokenMsOf(seen) }, constants);
  await noteDrift(session, checked, notes);
  await refuseOthers(session, firstPage);
  return {
    checked,
    limits: {
      maxSeqs,
      maxBatchedTokens: {
        ...budget,
        value: Number.isFinite(budget.high) ? constants.maxBatchedTokens : undefined,
      },
      maxModelTokens:
        maxModelTokens === undefined
          ? { value: undefined, low: longest, high: Infinity, how: 'probed' }
          : toldLimit(maxModelTokens),
      blockTokens:
        told.blockTokens !== undefined ? toldLimit(told.blockTokens) : probedBlock(cache),
      blocks,
      tierBlocks,
    },
    ...{ cache, tier, seen, constants, traffic, notes },
  };
}

/** Of a server that launches a step when the one before it has ended, probes tell all. */
async function trafficOf(
  session: ProbeSession,
  room: Room & { readonly tokenMs: number },
  { stepping, values: { weightsMs } }: Constants,
): Promise<Passed[]> {
  if (!stepping.profile.asyncScheduling) return [];
  return probeTraffic(session, { ...room, stepMs: weightsMs });
}

function probedBlock({ blockTokens }: CacheSeen): Limit | undefined {
  return blockTokens === undefined
    ? undefined
    : { value: blockTokens, low: blockTokens, high: blockTokens, how: 'probed' };
}

/** A time that does not grow with the prompt is nobody's who computes it. */
function refuseFixed(seen: readonly Seen[]): void {
  const prefills = seen.flatMap((one) => (one.kind === 'prefill' ? [one] : []));
  const lengths = prefills.map(({ inputTokens }) => inputTokens);
  const [low, high] = [Math.min(...lengths), Math.max(...lengths)];
  const timesOf = (tokens: number) =>
    prefills.filter(({ inputTokens }) => inputTokens === tokens).map(({ ms }) => ms);
  const [few, many] = [timesOf(low), timesOf(high)];
  const gainMs = median(many) - median(few);
  const widthMs = Math.max(...few) - Math.min(...few);
  if (high < 8 * low || gainMs > Math.max(0.02 * median(few), Math.min(widthMs, 1), 0.05)) return;
  throw new Refused([
    `its first token comes after ${median(few).toFixed(1)} ms of a prompt of ${low} tokens and after ${median(many).toFixed(1)} ms of one of ${high}: it has a fixed latency, or answers from a cache, and computes nothing`,
  ]);
}

const FILL_SHARE = 0.2;

async function untoldBlocks(
  session: ProbeSession,
  blockTokens: number,
  longest: number,
): Promise<Limit> {
  session.stage('blocks of the GPU');
  return probeCapacity(session, {
    what: 'fill',
    blockTokens,
    promptTokens: Math.min(2048, longest),
    mostTokens: Infinity,
    mostMs: FILL_SHARE * session.budgetMs,
    nullBlocks: 1,
    elsewhere: ({ usage }) => usage?.externalCachedTokens ?? 0,
  });
}

/** What a token of a long prompt takes. */
function tokenMsOf(seen: readonly Seen[]): number {
  const perToken = seen.flatMap((one) =>
    one.kind === 'prefill' && one.cachedTokens < one.inputTokens / 2
      ? [one.ms / one.inputTokens]
      : [],
  );
  return Math.min(...perToken);
}

interface Sizes {
  readonly gpuTokens: number;
  readonly longest: number;
  readonly blockTokens: number;
}

/** Left out where what the GPU has would take too long to be pushed out. */
async function tierWithin(
  session: ProbeSession,
  seen: readonly Seen[],
  { gpuTokens, longest, blockTokens }: Sizes,
  notes: string[],
): Promise<TierSeen | undefined> {
  const floodMs = 1.3 * gpuTokens * tokenMsOf(seen);
  if (gpuTokens === 0) return undefined;
  if (floodMs > Math.min(session.leftMs * 0.6, session.budgetMs * 0.4)) {
    notes.push(
      `what is below the GPU was not looked at: to push ${gpuTokens} tokens out of it would take ${(floodMs / 1000).toFixed(0)} s (--budget)`,
    );
    return undefined;
  }
  return probeTier(session, { kvTokens: gpuTokens, longest, blockTokens });
}

async function tierSize(
  session: ProbeSession,
  tier: TierSeen | undefined,
  { told: { offloadBytes } }: Checked,
  { gpuTokens, longest, blockTokens }: Sizes,
): Promise<Limit | undefined> {
  if (!tier?.hasTier) return undefined;
  if (offloadBytes !== undefined && tier.bytesPerToken !== undefined) {
    return toldLimit(Math.floor(offloadBytes / (tier.bytesPerToken * blockTokens)));
  }
  session.stage('blocks below the GPU');
  const found = await probeCapacity(session, {
    what: 'fill below',
    blockTokens,
    promptTokens: Math.min(4096, longest),
    mostTokens: Infinity,
    nullBlocks: 0,
    mostMs: Math.max(0, Math.min(0.3 * session.budgetMs, session.leftMs * 0.7)),
  });
  return found.value === undefined
    ? { ...found, low: Math.max(found.low, Math.floor(gpuTokens / blockTokens)) }
    : found;
}
