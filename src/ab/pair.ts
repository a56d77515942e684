import { isFailure, type TurnRecord } from '../record/record.ts';
import { turnKey } from '../record/turn-key.ts';
import type { Slo } from '../scenario/thresholds.ts';
import { type Compared, compared, MEASURE_NAMES, type MeasureKey } from './measures.ts';

/** What the same requests came to on both sides: all that is kept of a round. */
export interface Pair {
  readonly a: SideCounts;
  readonly b: SideCounts;
  /** Requests that both sides were asked. */
  readonly paired: number;
  readonly measures: Readonly<Partial<Record<MeasureKey, Compared>>>;
}

export interface SideCounts {
  /** Requests that were sent. */
  readonly requests: number;
  readonly failed: number;
}

export interface Sides {
  readonly a: readonly TurnRecord[];
  readonly b: readonly TurnRecord[];
  /** Names what was asked alike on both sides; default: user, turn and agent. */
  keyOf?(record: TurnRecord): number | string;
}

/** The pair of two sides' measured requests; `primary` is measured beside the others. */
export function pairOf(
  { a, b, keyOf = turnKey }: Sides,
  primary: MeasureKey,
  slo: Slo | undefined,
): Pair {
  const ofA = a.filter(isMeasured);
  const byKey = new Map(b.filter(isMeasured).map((record) => [keyOf(record), record]));
  const both = ofA.flatMap((record) => {
    const other = byKey.get(keyOf(record));
    return other ? [[record, other] as const] : [];
  });
  const sides = [both.map(([record]) => record), both.map(([, record]) => record)] as const;
  const keys = new Set<MeasureKey>([primary, ...MEASURE_NAMES]);
  return {
    a: countsOf(ofA),
    b: countsOf([...byKey.values()]),
    paired: both.length,
    measures: Object.fromEntries(
      [...keys].flatMap((key) => {
        const found = compared(key, sides, slo);
        return found ? [[key, found]] : [];
      }),
    ),
  };
}

function isMeasured({ phase, status }: TurnRecord): boolean {
  return phase === 'measure' && status !== 'unsent';
}

function countsOf(records: readonly TurnRecord[]): SideCounts {
  return {
    requests: records.length,
    failed: records.filter(({ status }) => isFailure(status)).length,
  };
}
