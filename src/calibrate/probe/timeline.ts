import { stepCost } from '../../engine/cost/cost-model.ts';
import { furtherOf } from '../../engine/cost/further.ts';
import { launchCost } from '../../engine/cost/launch.ts';
import type { Profile } from '../../engine/cost/profile.ts';
import type { StepLoad } from '../../engine/schedule/sequence.ts';
import { chunksOf, decodeLoad, joined, type Seen } from './seen.ts';

/** When the results of steps are read that follow each other, from an engine that is idle at 0; milliseconds. */
export type Timeline = (loads: readonly StepLoad[]) => number[];

/**
 * As the engine steps (engine/stepping.ts, engine/pipelined.ts): one step after the other, or launched while the one
 * before it runs, where a result is read once the next step has been launched.
 */
export function timelineOf(profile: Profile): Timeline {
  const further = furtherOf(profile);
  const cost = stepCost(profile);
  const launch = launchCost(cost, { ...further, eagerLaunchSpread: 0 }, 0);
  const launchMs = (load: StepLoad) => launch(load, [], 0);
  if (!further.asyncScheduling) {
    return (loads) => {
      let atMs = 0;
      return loads.map((load) => {
        atMs += Math.max(cost.gpuMs(load) + cost.hostMs(load), launchMs(load));
        return atMs;
      });
    };
  }
  return (loads) => {
    const readMs: number[] = [];
    let [gpuMs, hostMs] = [0, 0];
    for (const [index, load] of loads.entries()) {
      const beginMs = index < 2 ? hostMs : readMs[index - 2]!;
      hostMs = beginMs + cost.hostMs(load) + launchMs(load);
      if (index > 0) readMs.push(Math.max(gpuMs, hostMs));
      gpuMs = Math.max(Math.max(gpuMs, beginMs) + cost.gpuMs(load), hostMs);
    }
    readMs.push(Math.max(gpuMs, hostMs));
    return readMs;
  };
}

/** Steps that follow each other, and between the results of which of them the time was taken. */
export interface Work {
  readonly loads: readonly StepLoad[];
  /** -1: from the beginning, when the engine was idle. */
  readonly from: number;
  readonly to: number;
}

/** Steps after which those that are alike take alike. */
const LEAD = 4;

/** What an engine with this token budget a step did while that was seen. */
export function workOf(seen: Seen, maxBatchedTokens: number): Work {
  if (seen.kind === 'prefill') {
    const loads = chunksOf(seen, maxBatchedTokens);
    return { loads, from: -1, to: loads.length - 1 };
  }
  const decode = decodeLoad(seen.rows, seen.contextTokens);
  if (seen.kind === 'decode') {
    return { loads: Array.from({ length: LEAD + 2 }, () => decode), from: LEAD - 1, to: LEAD };
  }
  const chunks = chunksOf(seen, Math.max(1, maxBatchedTokens - seen.rows));
  const alone = LEAD + Math.max(0, seen.steps - chunks.length);
  const mixed = chunks.map((chunk) => joined(chunk, seen.rows, seen.contextTokens));
  const loads = [...Array.from({ length: alone }, () => decode), ...mixed, decode];
  return { loads, from: LEAD - 1, to: alone + mixed.length - 1 };
}

/** What the engine takes for it; without the API, which only a first token waits for. */
export function workMs(timeline: Timeline, { loads, from, to }: Work): number {
  const readMs = timeline(loads);
  return readMs[to]! - (readMs[from] ?? 0);
}

export function engineMsOf(timeline: Timeline, seen: Seen, maxBatchedTokens: number): number {
  return workMs(timeline, workOf(seen, maxBatchedTokens));
}
