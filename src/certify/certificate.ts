import type { ErrorSpread } from '../record/record.ts';
import { judgeOf } from '../report/own-error.ts';
import type { LoadErrors } from './grid.ts';

/** What this machine can be trusted with. */
export interface Certificate {
  /** Of the TTFT, at the highest percentile that there are enough probes for. */
  readonly limitMs: number;
  /** In the order in which they were probed. */
  readonly loads: readonly LoadErrors[];
  /** By chunk rate, ascending: the most streams within the limit, below which no load was beyond it; absent: none. */
  readonly within: readonly { readonly chunkRate: number; readonly streams?: number }[];
  /** Of the scenario that was given. */
  readonly scenario?: ScenarioCertificate;
}

export interface ScenarioCertificate {
  readonly name: string;
  readonly load: LoadErrors;
  readonly isWithin: boolean;
}

export function certificateOf(
  loads: readonly LoadErrors[],
  limitMs: number,
  scenario?: { readonly name: string; readonly load: LoadErrors },
): Certificate {
  const rates = [...new Set(loads.map(({ chunkRate }) => chunkRate))].sort((a, b) => a - b);
  return {
    limitMs,
    loads,
    within: rates.map((chunkRate) => {
      const streams = mostWithin(
        loads.filter((load) => load.chunkRate === chunkRate),
        limitMs,
      );
      return { chunkRate, ...(streams !== undefined && { streams }) };
    }),
    ...(scenario && { scenario: { ...scenario, isWithin: isWithin(scenario.load, limitMs) } }),
  };
}

function mostWithin(loads: readonly LoadErrors[], limitMs: number): number | undefined {
  let most: number | undefined;
  for (const load of loads.toSorted((a, b) => a.streams - b.streams)) {
    if (!isWithin(load, limitMs)) break;
    most = load.streams;
  }
  return most;
}

/** All that was asked for came, and the TTFT was right. */
export function isWithin({ errors }: LoadErrors, limitMs: number): boolean {
  return errors !== undefined && errors.failed === 0 && judged(errors) <= limitMs;
}

/** The error that is judged. */
export function judged(errors: { readonly probes: number; readonly ttftMs: ErrorSpread }): number {
  return errors.ttftMs[judgeOf(errors)];
}
