/** All who are to come in a phase of a run. */
export interface Crowd {
  readonly activeUsers: number;
  readonly waitingUsers: number;
  /** Requests under way, and slots that rest after one. */
  readonly inFlight: number;
  /** When the last of those was due who come by themselves; undefined: more are to come, or all wait for others. */
  readonly arrivalsEndMs?: number | undefined;
  /** @param atMs when its phase begins, from which all is due: now, or just before. */
  start(atMs: number): void;
  /** No more arrivals and turns; requests in flight go on. Those that waited are recorded as unsent. */
  drain(): void;
  /** Ends everything now; requests in flight are recorded as cancelled. */
  cancel(): void;
}
