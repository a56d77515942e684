/** Where conversations ask to begin: at most so many of them are live. */
export interface Rooms {
  /**
   * Calls `onAdmitted` when there is room: at once, or later in the order of asking, then with the time since when.
   * Returns how to stop waiting.
   */
  ask(onAdmitted: (freeMs?: number) => void): () => void;
  /** One that was admitted is over; `endMs`: since when. */
  leave(endMs: number): void;
}

/** The rooms of one process. */
export function roomsOf(max: number): Rooms {
  const waiting = new Set<(freeMs: number) => void>();
  let taken = 0;
  let isAdmitting = false;
  return {
    ask(onAdmitted) {
      if (taken < max) {
        taken++;
        onAdmitted();
        return () => {};
      }
      waiting.add(onAdmitted);
      return () => void waiting.delete(onAdmitted);
    },
    // More than one, where the first has nothing left to say and is over at once: in a loop, not one in the other.
    leave(endMs) {
      taken--;
      if (isAdmitting) return;
      isAdmitting = true;
      for (const next of waiting) {
        if (taken >= max) break;
        waiting.delete(next);
        taken++;
        next(endMs);
      }
      isAdmitting = false;
    },
  };
}
