/** How far a conversation got. */
export interface Progress {
  /** Bit t is set when turn t was completed. */
  readonly done: bigint;
  /** Its last turn was completed. */
  readonly isFinished: boolean;
}

export function turnsDone({ done }: Progress): number {
  let count = 0;
  for (let left = done; left > 0n; left &= left - 1n) count++;
  return count;
}
