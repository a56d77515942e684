import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { MeasuredAxis } from '../stats/time/measured-axis.ts';
import type { PlayedTwin } from './played.ts';

/** One of the three that are laid beside each other: a run that was measured, its twin, or what if. */
export interface WhatIfSide {
  readonly records: readonly TurnRecord[];
  /** When the measuring began, by the clock of the records. */
  readonly startMs: number;
  /** Drain included. */
  readonly measuredMs: number;
}

/** Its measured requests that were completed. */
export function doneOf({ records }: Pick<WhatIfSide, 'records'>): TurnRecord[] {
  return records.filter(({ phase, status }) => phase === 'measure' && status === 'ok');
}

/** Of a run that was played in one. */
export function sideOfRun({ parts }: Run): WhatIfSide {
  const { spanMs: measuredMs, stretches } = new MeasuredAxis(parts);
  return {
    records: parts.flatMap(({ records }) => records),
    startMs: stretches[0]?.startMs ?? 0,
    measuredMs,
  };
}

export function sideOfTwin({ records, ends, measuredMs }: PlayedTwin): WhatIfSide {
  return {
    records: [...records.values()],
    startMs: ends[0]?.measureStartMs ?? 0,
    measuredMs,
  };
}
