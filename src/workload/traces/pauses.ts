/**
 * Pauses between the turns of sessions, of formats that say when a request was asked and how long its answer
 * took: from the end of an answer to the next request of its session, told in the order of time. What began
 * before the answer's end waited for nothing, 0; what is not known is undefined.
 */
export function pauses(): (
  session: string,
  atMs: number,
  apiMs: number | undefined,
) => number | undefined {
  const ends = new Map<string, Ended>();
  return (session, atMs, apiMs) => {
    const before = ends.get(session);
    ends.set(session, { atMs, endMs: apiMs === undefined ? undefined : atMs + apiMs });
    if (before?.endMs === undefined || atMs < before.atMs) return undefined;
    return Math.max(0, atMs - before.endMs);
  };
}

interface Ended {
  readonly atMs: number;
  readonly endMs: number | undefined;
}
