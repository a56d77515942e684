import type { Scenario } from '../scenario/schema.ts';
import type { Interval } from '../stats/time/timeline.ts';
import { constantOf } from '../workload/draw/distribution.ts';
import type { KvCapacity } from './capacity.ts';
import type { Level } from './level.ts';
import type { PlannedPlay } from './planned-play.ts';

export interface KvWorkingSet extends KvCapacity {
  readonly blockTokens: number;
  readonly gpu: string;
  /** On the GPU or below it: the largest tier where they are inclusive, the sum where they are not. */
  readonly reachableBlocks: number;
  /** Of conversations under way, what they share counted once. */
  readonly liveBlocks: { readonly mean?: number; readonly peak: number };
  readonly liveTokens: { readonly mean?: number; readonly peak: number };
  /** What LRU needs at the peak, to keep the users of one launch interval, those just finished among them. */
  readonly lruBlocks?: number;
  /** Of one request, prompt and answer. */
  readonly longestBlocks: number;
}

export function workingSet(play: PlannedPlay, offering: Interval): KvWorkingSet {
  const { scenario, live, requests, capacity } = play;
  const { blockTokens, gpu } = scenario.engine;
  const liveBlocks = levelOf(live.blocks, offering);
  const lruBlocks = lruBlocksOf(scenario, requests, liveBlocks.peak);
  const lengths = requests.map(({ record: { inputTokens = 0, outputTokens = 0 } }) =>
    Math.ceil((inputTokens + outputTokens) / blockTokens),
  );
  return {
    ...capacity,
    blockTokens,
    gpu,
    reachableBlocks: reachableBlocks(capacity),
    liveBlocks,
    liveTokens: levelOf(live.tokens, offering),
    ...(lruBlocks !== undefined && { lruBlocks }),
    longestBlocks: lengths.reduce((most, blocks) => Math.max(most, blocks), 0),
  };
}

export function reachableBlocks({ blocks, tiers, isInclusive }: KvCapacity): number {
  const sizes = [blocks, ...tiers.map((tier) => tier.blocks)];
  return isInclusive ? Math.max(...sizes) : sizes.reduce((sum, size) => sum + size, 0);
}

function levelOf(level: Level, offering: Interval) {
  const mean = level.mean(offering);
  return { ...(mean !== undefined && { mean }), peak: level.peak(offering) };
}

/**
 * C* = S / B + N M / (M - 1) F: in one launch interval N M / (M - 1) different users are touched. N live
 * conversations of F blocks of their own are those of the peak: a mean over ramp-up and drain says too
 * little of the time between. Only where all have M > 1 rounds and launch at even intervals. (Design note D.3.)
 */
function lruBlocksOf(
  { pacing, conversation, engine }: Scenario,
  requests: PlannedPlay['requests'],
  peakBlocks: number,
): number | undefined {
  const rounds = constantOf(conversation.rounds);
  const isEven = pacing.mode === 'interval' && constantOf(pacing.pauseSec) !== undefined;
  if (conversation.source !== 'synthetic' || !isEven || rounds === undefined || rounds < 2) {
    return undefined;
  }
  if (peakBlocks === 0) return undefined;
  const sharedTokens = requests[0]?.record.sharedTokens ?? 0;
  const sharedBlocks = Math.floor(sharedTokens / engine.blockTokens);
  return sharedBlocks + (Math.max(0, peakBlocks - sharedBlocks) * rounds) / (rounds - 1);
}
