import type { Rooms } from '../population/rooms.ts';
import type { RunFooter } from '../record/record.ts';
import type { Door } from '../user/gate.ts';
import type { Outage } from '../user/outage.ts';

/** What several processes that play the partitions of one run have in common: instants, bounds and ends. */
export interface Together {
  /** When the run begins, on the clock of all. */
  readonly startMs: number;
  /** What lets in the requests of a phase; undefined: no bound on them holds for all together. */
  door(phase: 'warmup' | 'measure', outage: Outage): Door | undefined;
  /** Where conversations ask to begin; undefined: as many as come. */
  readonly rooms: Rooms | undefined;
  /** The warm-up is over here; `go` is called where it is in all, with when what comes next begins. */
  gather(go: (atMs: number) => void): void;
  /** This process stops of its own accord, and so do the others. */
  stopping(by: RunFooter['stoppedBy']): void;
}
