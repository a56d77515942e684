import type { Rng } from '../../../base/random.ts';
import type { Corpus } from '../../text/corpus.ts';
import { joined, type Spoken } from '../../text/spoken.ts';
import type { WorkloadEntry, WorkloadRequest } from '../entry.ts';
import type { AgentConfig } from './config.ts';
import { AGENT_SCHEMA, AgentTimeline, type AgentTurn, between } from './event.ts';
import { callTools } from './tools.ts';

export interface AgentWorld {
  readonly config: AgentConfig;
  readonly corpus: Corpus;
  /** A name for the next node of a kind. */
  readonly nameOf: (kind: string) => string;
  readonly rng: Rng;
  /** Words that no other session begins with. */
  readonly mark: readonly string[];
}

/**
 * The entries of a session that begins at a time, in order. Each turn: a request that plans; once it is
 * answered, tools side by side, each of which may fail and be called again; once all have answered, a
 * request with what they said; a pause. Prompts repeat what was said before, so that each begins as the
 * one before it does; what tools said is in the request that follows them, and not in the next plan.
 */
export function agentSession(world: AgentWorld, beginMs: number): WorkloadEntry[] {
  const { config, rng, nameOf } = world;
  const [session, task] = [nameOf('session'), nameOf('task')];
  const timeline = new AgentTimeline(session, task);
  const turns = between(rng, config.turns);
  let context: Spoken = { text: '', tokens: 0 };
  let parents: readonly string[] = [];
  let atMs = beginMs;
  for (let turn = 0; turn < turns; turn++) {
    const own: AgentTurn = { session, task, turn };
    const grown = between(
      rng,
      turn === 0 ? config.initialPromptTokens : config.contextGrowthTokens,
    );
    context = joined(context, words(world, grown, turn === 0 ? world.mark : undefined));
    const plan = ask(world, own, { phase: 'plan', prompt: context, parents, delta: grown });
    timeline.request(atMs, plan.request);
    const called = callTools(world, timeline, {
      ...own,
      atMs: atMs + plan.latencyMs,
      plan: plan.node,
    });
    const results = called.ends.map(() => words(world, between(rng, config.toolResultTokens)));
    const followup = ask(world, own, {
      phase: 'followup',
      prompt: joined(context, ...results),
      parents: [called.join],
      delta: joined(...results).tokens!,
    });
    timeline.request(called.joinMs, followup.request);
    atMs = called.joinMs + followup.latencyMs;
    if (turn === turns - 1) break;
    const [node_id, thinkMs] = [nameOf('wait'), between(rng, config.thinkMs)];
    timeline.event(atMs, turn, {
      ...{ node_id, parent_ids: [followup.node], node_type: 'wait' },
      duration_ms: thinkMs,
      context_delta_tokens: 0,
    });
    atMs += thinkMs;
    parents = [node_id];
  }
  return timeline.entries();
}

function words({ corpus, rng }: AgentWorld, tokens: number, lead?: readonly string[]): Spoken {
  return { text: corpus.cut(rng, tokens, lead), tokens };
}

interface Call {
  readonly phase: 'plan' | 'followup';
  readonly prompt: Spoken;
  readonly parents: readonly string[];
  /** What is new in it. */
  readonly delta: number;
}

function ask(
  { config, rng, nameOf }: AgentWorld,
  { session, task, turn }: AgentTurn,
  { phase, prompt, parents, delta }: Call,
): { request: WorkloadRequest; node: string; latencyMs: number } {
  const node = nameOf('model');
  const latencyMs = between(rng, config.modelMs);
  const request: WorkloadRequest = {
    prompt: prompt.text,
    prompt_length: prompt.tokens!,
    output_length: between(rng, config.outputTokens),
    session_id: session,
    agent: {
      schema_version: AGENT_SCHEMA,
      task_id: task,
      node_id: node,
      parent_ids: parents,
      node_type: 'model',
      turn,
      phase,
      expected_latency_ms: latencyMs,
      state_refs: [],
      context_delta_tokens: delta,
    },
  };
  return { request, node, latencyMs };
}
