export interface Arrival {
  readonly userId: number;
  /** When the user's first turn is due, milliseconds from the start of the phase. */
  readonly dueMs: number;
  /** When there was room for it, if it had to wait for that. */
  readonly freeMs?: number | undefined;
  /** First turn to play: above 0 for users found in the middle of their conversation. */
  readonly startTurn: number;
}
