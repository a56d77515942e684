/** CPU time of a process so far, microseconds, as process.cpuUsage() gives it. */
export interface Cpu {
  readonly user: number;
  readonly system: number;
}

/** Milliseconds on the machine's monotonic clock, which all of its processes share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function waitMs(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

export function total({ user, system }: Cpu): number {
  return user + system;
}

export function between(start: Cpu, end: Cpu): Cpu {
  return { user: end.user - start.user, system: end.system - start.system };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Linear interpolation between the closest ranks, as numpy has it. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** `(target 2)`, or that it was missed. */
export function verdict(value: number, target: number, unit = ''): string {
  return value <= target ? `(target ${target}${unit})` : `(target ${target}${unit}) MISSED`;
}

/** Held by this process after garbage collection, in the heap and outside of it; needs --expose-gc. */
export async function heapBytes(): Promise<number> {
  // Twice, with time for what is freed in between: finalizers free memory outside of the heap.
  for (let i = 0; i < 3; i++) {
    globalThis.gc!();
    await waitMs(50);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
