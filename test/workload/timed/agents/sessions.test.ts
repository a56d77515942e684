import { describe, expect, test } from 'vitest';
import { readAgentConfig } from '../../../../src/workload/timed/agents/config.ts';
import { agentSessions } from '../../../../src/workload/timed/agents/sessions.ts';
import type { WorkloadEntry } from '../../../../src/workload/timed/entry.ts';
import { scratchDir, writeJson } from '../../scratch.ts';
import { wordsCorpus } from '../words-corpus.ts';

const dir = scratchDir();

interface Node {
  readonly session_id: string;
  readonly task_id: string;
  readonly node_id: string;
  readonly parent_ids: readonly string[];
  readonly node_type: string;
  readonly turn: number;
  readonly phase?: string;
  readonly branch?: number;
  readonly attempt?: number;
  readonly duration_ms?: number;
  readonly expected_latency_ms?: number;
  readonly status?: string;
  readonly context_delta_tokens: number;
}

async function made(settings: object): Promise<WorkloadEntry[]> {
  const config = readAgentConfig(writeJson(dir, 'agents.json', settings));
  const entries: WorkloadEntry[] = [];
  for await (const entry of agentSessions(config, wordsCorpus())) entries.push(entry);
  return entries;
}

/** All nodes with their times; a request's is that of its model. */
function nodesOf(entries: readonly WorkloadEntry[]): (Node & { atMs: number })[] {
  return entries.flatMap(({ timestamp: atMs, requests, events = [] }) => [
    ...(events as Node[]).map((event) => ({ ...event, atMs })),
    ...requests.map(({ agent, session_id }) => ({
      ...(agent as Node),
      session_id: String(session_id),
      atMs,
    })),
  ]);
}

const CONFIG = {
  num_sessions: 6,
  session_arrival_rate_rps: 2,
  turns_per_session: [2, 4],
  parallel_tools: [1, 3],
  retry_probability: 0.3,
  max_tool_retries: 2,
  initial_prompt_tokens: 40,
  context_growth_tokens: 10,
  tool_result_tokens: 5,
  output_tokens: [20, 30],
  seed: 17,
};

describe('001-27 sessions of an agent', () => {
  test('each turn plans, calls tools, joins them, goes on, and waits before the next', async () => {
    const nodes = nodesOf(await made(CONFIG));
    const byId = new Map(nodes.map((node) => [node.node_id, node]));
    expect(byId.size).toBe(nodes.length);
    const kinds = new Map<string, number>();
    for (const { node_type: kind } of nodes) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const joins = nodes.filter(({ node_type }) => node_type === 'join');
    expect(kinds.get('model')).toBe(2 * joins.length);
    expect(kinds.get('wait')).toBe(joins.length - 6);
    expect(kinds.get('tool')).toBeGreaterThanOrEqual(joins.length);
    expect(kinds.get('retry')).toBeGreaterThan(0);
    const PARENTS: Record<string, readonly string[]> = {
      tool: ['model'],
      retry: ['tool', 'retry'],
      join: ['tool', 'retry'],
      wait: ['model'],
      model: ['join', 'wait'],
    };
    for (const { node_type: kind, parent_ids: parents, session_id: session, atMs } of nodes) {
      for (const id of parents) {
        const parent = byId.get(id)!;
        expect(PARENTS[kind]).toContain(parent.node_type);
        expect(parent.session_id).toBe(session);
        const lastsMs = parent.duration_ms ?? parent.expected_latency_ms!;
        // Whatever follows from one node alone begins when that ends; a join waits for its last.
        const endMs = parent.atMs + lastsMs;
        if (kind === 'join') expect(atMs).toBeGreaterThanOrEqual(endMs);
        else expect(atMs).toBe(endMs);
      }
    }
    const failed = nodes.filter(({ status }) => status === 'failed').map(({ node_id }) => node_id);
    const retried = nodes.filter(({ node_type }) => node_type === 'retry');
    expect(retried.flatMap(({ parent_ids }) => parent_ids).sort()).toEqual(failed.sort());
    expect(Math.max(...retried.map(({ attempt }) => attempt!))).toBeLessThanOrEqual(2);
  });

  test('prompts grow as they are asked to, and each plan begins as the one before it', async () => {
    const entries = await made(CONFIG);
    const requests = entries.flatMap((entry) => entry.requests);
    for (const session of new Set(requests.map(({ session_id }) => session_id))) {
      const own = requests.filter(({ session_id }) => session_id === session);
      const plans = own.filter(({ agent }) => (agent as Node).phase === 'plan');
      const followups = own.filter(({ agent }) => (agent as Node).phase === 'followup');
      for (const [turn, { prompt, prompt_length: tokens }] of plans.entries()) {
        expect(tokens).toBe(40 + 10 * turn);
        expect(prompt.split(' ')).toHaveLength(tokens);
        expect(prompt.startsWith(plans[turn - 1]?.prompt ?? '')).toBe(true);
        const { prompt: next, prompt_length: more, agent } = followups[turn]!;
        expect(next.startsWith(prompt)).toBe(true);
        expect(more - tokens).toBe((agent as Node).context_delta_tokens);
        expect([5, 10, 15]).toContain(more - tokens);
      }
    }
    const firsts = entries
      .flatMap((entry) => entry.requests)
      .filter(({ agent }) => (agent as Node).turn === 0 && (agent as Node).phase === 'plan')
      .map(({ prompt }) => prompt.split(' ')[0]);
    expect(new Set(firsts).size).toBe(6);
  });

  test('times go up, one entry each, and the schema is named', async () => {
    const entries = await made({ ...CONFIG, num_sessions: 30, session_arrival_rate_rps: 20 });
    const times = entries.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(times.every(Number.isInteger)).toBe(true);
    expect(new Set(entries.map((entry) => entry.schema_version))).toEqual(
      new Set(['aibrix.agent-session.v1']),
    );
  });

  test('the seed names them: the same again, or others', async () => {
    const first = await made(CONFIG);
    expect(await made(CONFIG)).toEqual(first);
    expect(await made({ ...CONFIG, seed: 18 })).not.toEqual(first);
    expect(nodesOf(first)[0]!.node_id).toMatch(/^model_[0-9a-f]{16}$/);
  });

  test('without a file they are as AIBrix has them', () => {
    expect(readAgentConfig(undefined)).toEqual({
      sessions: 10,
      sessionsPerSec: 1,
      turns: [3, 3],
      parallelTools: [2, 2],
      toolMs: [100, 500],
      modelMs: [50, 150],
      thinkMs: [0, 1000],
      retryProbability: 0,
      maxToolRetries: 1,
      initialPromptTokens: [256, 256],
      contextGrowthTokens: [128, 128],
      toolResultTokens: [64, 64],
      outputTokens: [64, 64],
      seed: 0,
    });
  });

  test('all that is wrong in a file is told at once', () => {
    const wrong = { num_sessions: 0, tool_latency_ms: [5, 1], retry_probability: 2, tools: 3 };
    const file = writeJson(dir, 'wrong.json', wrong);
    expect(() => readAgentConfig(file)).toThrow(
      [
        `${file}: found tools; expected num_sessions, session_arrival_rate_rps, turns_per_session, parallel_tools, tool_latency_ms, model_latency_ms, think_time_ms, retry_probability, max_tool_retries, initial_prompt_tokens, context_growth_tokens, tool_result_tokens, output_tokens, seed`,
        `${file}: num_sessions: found 0; expected a whole number of at least 1`,
        `${file}: tool_latency_ms: found [5,1]; expected a whole number of at least 0, or [least, most]`,
        `${file}: retry_probability: found 2; expected a share from 0 to 1`,
      ].join('\n'),
    );
  });
});
