/** How far a conversation got. */
export interface Progress {
  /** Bit t is set when turn t has a record. */
  readonly seen: bigint;
  /** Bit t is set when turn t was completed. */
  readonly done: bigint;
  /** Its last turn was completed. */
  readonly isFinished: boolean;
}

export function turnsDone({ done }: Progress): number {
  return bitsOf(done);
}

export function bitsOf(turns: bigint): number {
  let count = 0;
  for (let left = turns; left > 0n; left &= left - 1n) count++;
  return count;
}
