import type { TurnRecord } from '../record/record.ts';
import type { Interval } from '../stats/time/timeline.ts';
import type { Level } from './level.ts';

/**
 * Little's law, L = lambda W: what comes in per second, times how long it stays, is how many are there.
 * Counted apart, the two sides differ by what was there at the start and is still there at the end.
 */
export interface LittlesLaw {
  readonly perSec: number;
  readonly meanSec: number;
  /** perSec * meanSec. */
  readonly expected: number;
  /** Averaged over time. */
  readonly counted: number;
  /** (counted - expected) / counted; absent where nothing was there. */
  readonly residualShare?: number;
}

/** Of conversations begun with their first turn; how long they stay, of those among them that ended by themselves. */
export function littleOfConversations(
  records: readonly TurnRecord[],
  live: Level,
  offering: Interval,
): LittlesLaw | undefined {
  const begun = new Map<number, number>();
  const livesMs: number[] = [];
  for (const { userId, turn, turns, status, sentMs, endMs } of records) {
    if (turn === 0 && sentMs !== undefined) begun.set(userId, sentMs);
    const startMs = begun.get(userId);
    if (turn === turns - 1 && status === 'ok' && startMs !== undefined)
      livesMs.push(endMs! - startMs);
  }
  return law(begun.size, livesMs, live.mean(offering), offering);
}

/** Of requests that were sent, over the whole time, in which all of them end. */
export function littleOfRequests(
  records: readonly TurnRecord[],
  inFlight: number | undefined,
  measured: Interval,
): LittlesLaw | undefined {
  const latenciesMs = records.flatMap(({ sentMs, endMs }) =>
    sentMs === undefined || endMs === undefined ? [] : [endMs - sentMs],
  );
  return law(latenciesMs.length, latenciesMs, inFlight, measured);
}

function law(
  count: number,
  staysMs: readonly number[],
  counted: number | undefined,
  { startMs, endMs }: Interval,
): LittlesLaw | undefined {
  const timeSec = (endMs - startMs) / 1000;
  if (timeSec <= 0 || staysMs.length === 0 || counted === undefined) return undefined;
  const perSec = count / timeSec;
  const meanSec = staysMs.reduce((sum, ms) => sum + ms, 0) / staysMs.length / 1000;
  const expected = perSec * meanSec;
  return {
    perSec,
    meanSec,
    expected,
    counted,
    ...(counted > 0 && { residualShare: (counted - expected) / counted }),
  };
}
