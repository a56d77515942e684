import { below, type Rng } from '../../../base/random.ts';
import type { WorkloadEntry, WorkloadRequest } from '../entry.ts';
import type { Range } from './config.ts';

export const AGENT_SCHEMA = 'aibrix.agent-session.v1';

/** A turn of a session, as its nodes name it. */
export interface AgentTurn {
  readonly session: string;
  readonly task: string;
  readonly turn: number;
}

/** What an agent does besides asking the model, in AIBrix's words. */
export interface AgentEvent {
  readonly node_id: string;
  readonly parent_ids: readonly string[];
  readonly node_type: 'tool' | 'retry' | 'join' | 'wait';
  readonly branch?: number;
  readonly attempt?: number;
  readonly duration_ms: number;
  readonly status?: 'failed' | 'succeeded';
  readonly side_effects?: false;
  readonly context_delta_tokens: number;
}

/** Collects what happens at each time of one session. */
export class AgentTimeline {
  readonly #turn: { readonly session: string; readonly task: string };
  readonly #at = new Map<number, { requests: WorkloadRequest[]; events: object[] }>();

  constructor(session: string, task: string) {
    this.#turn = { session, task };
  }

  request(atMs: number, request: WorkloadRequest): void {
    this.#moment(atMs).requests.push(request);
  }

  event(atMs: number, turn: number, event: AgentEvent): void {
    const { session, task } = this.#turn;
    this.#moment(atMs).events.push({
      schema_version: AGENT_SCHEMA,
      session_id: session,
      task_id: task,
      turn,
      ...event,
      state_refs: [],
    });
  }

  entries(): WorkloadEntry[] {
    return [...this.#at]
      .sort(([a], [b]) => a - b)
      .map(([timestamp, { requests, events }]) => ({
        timestamp,
        schema_version: AGENT_SCHEMA,
        requests,
        ...(events.length ? { events } : {}),
      }));
  }

  #moment(atMs: number): { requests: WorkloadRequest[]; events: object[] } {
    const known = this.#at.get(atMs);
    if (known) return known;
    const moment = { requests: [], events: [] };
    this.#at.set(atMs, moment);
    return moment;
  }
}

/** A whole number of the range, each as often. */
export function between(rng: Rng, [least, most]: Range): number {
  return least + below(rng, most - least + 1);
}
