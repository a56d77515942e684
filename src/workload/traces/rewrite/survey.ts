import type { TraceEntry } from '../format.ts';
import type { OpenedTrace } from './open-trace.ts';

/** What has to be known of a whole trace before it is decided what is kept of it. */
export interface Survey {
  /** Of the earliest request; absent: there are no times. */
  readonly firstMs: number | undefined;
  /** By name, in the order in which they come. Those of sub-agents are parts of their parents'. */
  readonly roots: ReadonlyMap<string, Span>;
  /** The root that a session belongs to. */
  rootOf(session: string): string;
}

export interface Span {
  firstMs: number | undefined;
  lastMs: number | undefined;
  requests: number;
}

/** Reads the trace once; memory grows with its sessions. */
export async function surveyOf({ file, format, options }: OpenedTrace): Promise<Survey> {
  const parents = new Map<string, string>();
  const rootOf = (session: string): string => {
    const parent = parents.get(session);
    return parent === undefined ? session : rootOf(parent);
  };
  const roots = new Map<string, Span>();
  let firstMs: number | undefined;
  for await (const entry of format.read(file, options)) {
    const { session, parent, atMs } = entry;
    firstMs = least(firstMs, atMs);
    if (session === undefined) continue;
    if (parent) parents.set(session, parent.session);
    const root = rootOf(session);
    if (!roots.has(root)) roots.set(root, { firstMs: undefined, lastMs: undefined, requests: 0 });
    extend(roots.get(root)!, entry);
  }
  return { firstMs, roots, rootOf };
}

function extend(span: Span, { atMs }: TraceEntry): void {
  span.requests++;
  span.firstMs = least(span.firstMs, atMs);
  if (atMs !== undefined && atMs > (span.lastMs ?? -Infinity)) span.lastMs = atMs;
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
