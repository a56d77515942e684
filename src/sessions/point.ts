import type { TurnRecord } from '../record/record.ts';
import { Column } from '../stats/column.ts';
import { ttftMs } from '../stats/latency.ts';
import { distributionOf } from '../stats/quantile.ts';
import type { Estimate } from '../sweep/find-max/estimate.ts';
import { shareBeyond } from '../sweep/find-max/evidence.ts';

/** What was measured of so many groups of so many sessions. */
export interface SessionPoint {
  /** Requests that were answered, first turns included. */
  readonly completed: number;
  /** Requests that were not, those that the end of a drain cancelled among them. */
  readonly failed: number;
  /**
   * 95 % of the TTFTs of turns after the first, whose document makes them another matter: as
   * LMBenchmark's real-multi-round-qa/plot.py has it. Absent if there is none.
   */
  readonly followUpTtftP95Ms?: number;
  /** Of these TTFTs, how many are beyond the bound, and how certain that is. */
  readonly estimate?: Estimate;
}

/** @param ttftP95MsMax of a search; undefined: there is no bound. */
export function sessionPoint(records: Iterable<TurnRecord>, ttftP95MsMax?: number): SessionPoint {
  let completed = 0;
  let failed = 0;
  const ttfts = new Column();
  for (const record of records) {
    if (record.phase !== 'measure' || record.status === 'unsent') continue;
    if (record.status !== 'ok') {
      failed++;
      continue;
    }
    completed++;
    const ttft = ttftMs(record);
    if (record.turn > 0 && ttft !== undefined) ttfts.add(ttft);
  }
  const followUpTtftP95Ms = distributionOf(ttfts)?.p95;
  const isJudged = ttftP95MsMax !== undefined && ttfts.count > 0;
  return {
    completed,
    failed,
    ...(followUpTtftP95Ms !== undefined && { followUpTtftP95Ms }),
    ...(isJudged && { estimate: shareBeyond(ttfts.values(), ttftP95MsMax, 1, 0.95) }),
  };
}

/** A failed request means that the engine does not hold so many; so does that nothing was measured. */
export function isWithinBound(point: SessionPoint, ttftP95MsMax: number): boolean {
  const { failed, followUpTtftP95Ms = Infinity } = point;
  return failed === 0 && followUpTtftP95Ms <= ttftP95MsMax;
}
