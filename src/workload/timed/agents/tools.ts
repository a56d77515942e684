import type { Rng } from '../../../base/random.ts';
import type { AgentConfig } from './config.ts';
import { type AgentTimeline, type AgentTurn, between } from './event.ts';

interface ToolWorld {
  readonly config: AgentConfig;
  readonly rng: Rng;
  readonly nameOf: (kind: string) => string;
}

interface Begun extends AgentTurn {
  readonly atMs: number;
  /** The request whose answer calls the tools. */
  readonly plan: string;
}

export interface Called {
  readonly join: string;
  readonly joinMs: number;
  /** The last try of each tool. */
  readonly ends: readonly string[];
}

/**
 * Tools side by side, and their join when the last of them has answered. A call that fails is followed by
 * another at once, so many times at most; the last one allowed succeeds.
 */
export function callTools(world: ToolWorld, timeline: AgentTimeline, begun: Begun): Called {
  const { config, rng, nameOf } = world;
  const tools = between(rng, config.parallelTools);
  const calls = Array.from({ length: tools }, (_, branch) =>
    callTool(world, timeline, begun, branch),
  );
  const joinMs = Math.max(...calls.map(({ endMs }) => endMs));
  const join = nameOf('join');
  const ends = calls.map(({ node }) => node);
  timeline.event(joinMs, begun.turn, {
    ...{ node_id: join, parent_ids: ends, node_type: 'join' },
    duration_ms: 0,
    context_delta_tokens: 0,
  });
  return { join, joinMs, ends };
}

function callTool(
  { config, rng, nameOf }: ToolWorld,
  timeline: AgentTimeline,
  { turn, plan, atMs }: Begun,
  branch: number,
): { node: string; endMs: number } {
  let parent = plan;
  let startMs = atMs;
  for (let attempt = 0; ; attempt++) {
    const kind = attempt === 0 ? 'tool' : 'retry';
    const node = nameOf(kind);
    const durationMs = between(rng, config.toolMs);
    const isFailed = attempt < config.maxToolRetries && rng() < config.retryProbability;
    timeline.event(startMs, turn, {
      ...{ node_id: node, parent_ids: [parent], node_type: kind, branch, attempt },
      duration_ms: durationMs,
      status: isFailed ? 'failed' : 'succeeded',
      side_effects: false,
      context_delta_tokens: 0,
    });
    startMs += durationMs;
    if (!isFailed) return { node, endMs: startMs };
    parent = node;
  }
}
