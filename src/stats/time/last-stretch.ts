import type { TurnRecord } from '../../record/record.ts';
import type { Run } from '../../record/run-folder.ts';
import { placeParts } from './timeline.ts';

/** The end of a run, as a run: the requests before what counts fill the cache, as a warm-up does. */
export interface LastStretch {
  readonly run: Run;
  /** Completed requests that count, of so many in all. */
  readonly requests: number;
  readonly of: number;
  /** Sent from then on, seconds since the measuring began. */
  readonly fromSec: number;
}

/** So many requests before them are kept, for each that counts. */
const LEAD_IN = 1 / 3;

/**
 * The last `most` completed requests of a run, with as many before them as fill a cache, so that what is asked of it takes
 * no longer the longer the run was. Conversations that had begun before these do not count: what they said is
 * not known. undefined where too few are left: conversations that are longer than the stretch.
 */
export function lastStretch(run: Run, most: number): LastStretch | undefined {
  const placed = placeParts(run.parts);
  const sent = placed.flatMap(({ part, offsetMs }) =>
    part.records.flatMap((record) => (counts(record) ? [record.sentMs! + offsetMs] : [])),
  );
  const order = Float64Array.from(sent).sort();
  const at = (back: number) => order[Math.max(0, order.length - Math.round(back))] ?? 0;
  const countedFromMs = at(most);
  const keptFromMs = at(most * (1 + LEAD_IN));
  let requests = 0;
  const parts = placed.map(({ part, offsetMs }) => {
    const isKept = ({ sentMs }: TurnRecord) =>
      sentMs !== undefined && sentMs + offsetMs >= keptFromMs;
    const hasBegun = new Set<number>();
    for (const record of part.records) {
      if (record.sentMs !== undefined && !isKept(record)) hasBegun.add(record.userId);
    }
    const records = part.records.filter(isKept).map((record): TurnRecord => {
      const isCounted =
        record.phase === 'measure' &&
        record.sentMs! + offsetMs >= countedFromMs &&
        !hasBegun.has(record.userId);
      if (isCounted && record.status === 'ok') requests++;
      return isCounted ? record : { ...record, phase: 'warmup' };
    });
    return { ...part, records };
  });
  if (requests < most / 2) return undefined;
  const startMs = Math.min(...placed.map(({ measured }) => measured.startMs));
  return {
    run: { ...run, parts },
    requests,
    of: order.length,
    fromSec: Math.max(0, countedFromMs - startMs) / 1000,
  };
}

function counts({ phase, status, sentMs }: TurnRecord): boolean {
  return phase === 'measure' && status === 'ok' && sentMs !== undefined;
}
