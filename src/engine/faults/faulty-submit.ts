import { serverError } from '../request-error.ts';
import type { EngineObserver, EngineRequest, ServingEngine } from '../serving.ts';
import type { BreakKind, Faults } from './fault-kinds.ts';

export interface FaultyObserver extends EngineObserver {
  /** The answer breaks off here, as the last thing that happens; after a `stall` only a cancel ends the request. */
  onBreak(kind: BreakKind, atMs: number): void;
}

/** `engine.submit`, with these faults. */
export function submitWithFaults(
  engine: ServingEngine,
  request: EngineRequest,
  faults: Faults | undefined,
  observer: FaultyObserver,
): () => void {
  if (!faults) return engine.submit(request, observer);
  let cancel = (): void => engine.clock.clearTimeout(start);
  const start = engine.clock.setTimeout(() => {
    cancel = submitNow(engine, request, faults, observer);
  }, faults.delayMs ?? 0);
  return () => cancel();
}

function submitNow(
  engine: ServingEngine,
  request: EngineRequest,
  faults: Faults,
  observer: FaultyObserver,
): () => void {
  const atMs = engine.clock.now();
  if (faults.status !== undefined) {
    observer.onError(serverError('injected fault', faults.status), atMs);
    return () => {};
  }
  if (faults.breakOff && faults.breakOff.afterTokens === undefined) {
    observer.onBreak(faults.breakOff.kind, atMs);
    return () => {};
  }
  const cancel = engine.submit(
    request,
    spoiled(observer, faults, () => cancel()),
  );
  return cancel;
}

/** Tokens until the break, or none of an empty answer. */
function spoiled(observer: FaultyObserver, faults: Faults, cancel: () => void): EngineObserver {
  const { breakOff, isEmpty } = faults;
  const tokensToBreak = breakOff?.afterTokens ?? Infinity;
  let tokens = 0;
  const breakNow = (kind: BreakKind, atMs: number): void => {
    cancel();
    observer.onBreak(kind, atMs);
  };
  return {
    onQueued: (atMs) => observer.onQueued?.(atMs),
    onToken(id, text, atMs, ending) {
      if (breakOff && tokens++ >= tokensToBreak) breakNow(breakOff.kind, atMs);
      else if (!isEmpty) observer.onToken(id, text, atMs, breakOff ? undefined : ending);
    },
    // An answer that is shorter than that breaks at its end: what was planted always happens.
    onEnd: (end, atMs) => (breakOff ? breakNow(breakOff.kind, atMs) : observer.onEnd(end, atMs)),
    onError: (error, atMs) => observer.onError(error, atMs),
  };
}
