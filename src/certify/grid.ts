import type { ProbeErrors } from '../record/record.ts';
import { probeCrowd } from './at-concurrency.ts';
import type { ProbePlan } from './probe-plan.ts';
import type { Prober } from './prober.ts';

/** How many streams at a time, and how fast each of them. */
export interface Load {
  readonly streams: number;
  /** Chunks a second of each stream. */
  readonly chunkRate: number;
}

/** How far off this client measures under a load. */
export interface LoadErrors extends Load {
  /** Absent: no probe had an answer. */
  readonly errors?: ProbeErrors | undefined;
  /** What came in all streams together; less than asked for where the machine cannot do more. */
  readonly chunksPerSec: number;
  /** Share of the time that the event loop was busy, 0 to 1. */
  readonly busy: number;
}

const FIRST_MS = 50;
/** Of one probe. Short: there are to be many of them. */
const ANSWER_MS = 250;
const CHUNKS_MIN = 5;

export function planOf({ chunkRate }: Pick<Load, 'chunkRate'>): ProbePlan {
  const gapMs = 1000 / chunkRate;
  return { firstMs: FIRST_MS, gapMs, chunks: Math.max(CHUNKS_MIN, Math.round(ANSWER_MS / gapMs)) };
}

export interface GridOptions {
  readonly loads: readonly Load[];
  /** Of each load. */
  readonly forMs: number;
  /** Share of the time since it was last asked that the event loop was busy. */
  busy(): number;
  done?(load: LoadErrors): void;
  readonly givenUp?: AbortSignal | undefined;
}

/** One load after another. */
export async function probeGrid(prober: Prober, options: GridOptions): Promise<LoadErrors[]> {
  const { loads, forMs, busy, done, givenUp } = options;
  const found: LoadErrors[] = [];
  for (const load of loads) {
    if (givenUp?.aborted) break;
    busy();
    const crowd = { streams: load.streams, plan: planOf(load), forMs, givenUp };
    const result = await probeCrowd(prober, crowd);
    const row = { ...load, ...result, busy: busy() };
    found.push(row);
    done?.(row);
  }
  return found;
}
