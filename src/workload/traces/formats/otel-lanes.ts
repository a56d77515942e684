import type { TraceEntry } from '../format.ts';
import type { Span } from './otel-spans.ts';

/** A call of a model, before it is known which conversation it is a turn of. */
export interface Call<S = Pick<Span, 'traceId' | 'parentId'>> {
  readonly span: S;
  readonly session: string;
  readonly atMs: number;
  readonly endMs: number | undefined;
  readonly said: Omit<TraceEntry, 'atMs' | 'session'>;
}

/** By trace and span: whom a span belongs to, and whether it is an agent's work. */
export type SpanTree = Map<
  string,
  { readonly parentId: string | undefined; readonly isAgent: boolean }
>;

/** Calls one after the other: the turns of a conversation. */
interface Lane {
  readonly name: string;
  readonly calls: { readonly call: Call; readonly endMs: number }[];
  /** Of a sub-agent: the lane of who began it, and after which of its turns. */
  readonly parent: { readonly lane: Lane; readonly turn: number } | undefined;
}

/**
 * The calls, in the order of time, as turns of conversations. An agent that another agent began has its own,
 * a child of that other one's if it waited for it. Calls of one session at the same time cannot be turns of
 * one conversation: each goes on with one that is free, or begins its own.
 */
export function inLanes(calls: readonly Call[], tree: SpanTree): TraceEntry[] {
  const lanes = new Map<string, Lane[]>();
  const places = calls.map((call) => {
    const { atMs, endMs = atMs } = call;
    const agents = agentsOf(call, tree);
    const session = sessionOf(call, agents);
    const own = lanes.get(session) ?? [];
    lanes.set(session, own);
    const free = own.findLast((one) => one.calls.at(-1)!.endMs <= atMs);
    const lane = free ?? newLane(session, own.length);
    if (!free) own.push(lane);
    lane.calls.push({ call, endMs });
    return { lane, turn: lane.calls.length - 1 };

    function newLane(name: string, index: number): Lane {
      const outer =
        agents.length > 1 ? lanes.get(sessionOf(call, agents.slice(1)))?.[0] : undefined;
      const turn = outer ? outer.calls.findLastIndex((one) => one.endMs <= atMs) : -1;
      const parent = outer && turn >= 0 ? { lane: outer, turn } : undefined;
      return { name: index ? `${name}#${index + 1}` : name, calls: [], parent };
    }
  });
  return places.map(({ lane, turn }) => entryOf(lane, turn));
}

function entryOf(lane: Lane, turn: number): TraceEntry {
  const { call } = lane.calls[turn]!;
  const parent = turn === 0 ? joined(lane) : undefined;
  const since = parent ? parent.lane.calls[parent.turn]! : lane.calls[turn - 1];
  return {
    ...call.said,
    atMs: call.atMs,
    session: lane.name,
    turn,
    ...(parent && { parent: { session: parent.lane.name, turn: parent.turn } }),
    ...(since && { thinkMs: call.atMs - since.endMs }),
  } as TraceEntry;
}

/** Who began it, if that went on only after its end; else it ran beside, and waits for nobody. */
function joined({ parent, calls }: Lane): Lane['parent'] {
  const next = parent?.lane.calls[parent.turn + 1];
  return next && next.call.atMs < calls.at(-1)!.endMs ? undefined : parent;
}

/** Ids of the agents that a call is part of, the innermost first. */
function agentsOf({ span }: Call, tree: SpanTree): string[] {
  const agents: string[] = [];
  const passed = new Set<string>();
  for (let { parentId } = span; parentId !== undefined && !passed.has(parentId); ) {
    passed.add(parentId);
    const one = tree.get(`${span.traceId}/${parentId}`);
    if (one?.isAgent) agents.push(parentId);
    parentId = one?.parentId;
  }
  return agents;
}

/** The outermost agent's is the session itself: every request of a user may be another such agent. */
function sessionOf({ session }: Call, agents: readonly string[]): string {
  return agents.length > 1 ? `${session}/${agents[0]}` : session;
}
