/** What a probe asks its server for. */
export interface ProbePlan {
  /** From the request to the first chunk. */
  readonly firstMs: number;
  /** From chunk to chunk. */
  readonly gapMs: number;
  readonly chunks: number;
}

/** The header that carries the plan: a server needs to read no body. */
export const PLAN_HEADER = 'x-probe';

export function planText({ firstMs, gapMs, chunks }: ProbePlan): string {
  return `${firstMs} ${gapMs} ${chunks}`;
}

/** The plan that the head of a request has; undefined: none. */
export function planIn(head: string): ProbePlan | undefined {
  const [, first, gap, chunks] = /^x-probe: ([\d.]+) ([\d.]+) (\d+)\r$/im.exec(head) ?? [];
  if (chunks === undefined) return undefined;
  return { firstMs: Number(first), gapMs: Number(gap), chunks: Number(chunks) };
}

/** What a chunk says: when it left, and the first one before that when the request had come; on the server's clock. */
export function stampText(leftMs: number, cameMs?: number): string {
  const left = `@${leftMs.toFixed(3)}`;
  return cameMs === undefined ? left : `@${cameMs.toFixed(3)}${left}`;
}

/** The times in a chunk's text, in milliseconds. */
export function stampsIn(text: string): number[] {
  return text.split('@').slice(1).map(Number);
}
