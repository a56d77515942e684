import { readdirSync, readFileSync } from 'node:fs';

/** What the system says of a process at one moment. */
export interface Sample {
  /** Since the first sample. */
  readonly sec: number;
  /** Of its own, resident or swapped out: files that are mapped come and go as the system needs memory. */
  readonly memoryMb: number;
  readonly descriptors: number;
}

/** @throws where there is no /proc, or the process is gone. */
export function sampleOf(pid: number, sec: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  const memoryMb = (kilobytes('RssAnon') + kilobytes('VmSwap')) / 1024;
  if (Number.isNaN(memoryMb)) throw new Error(`process ${pid} has ended`);
  return { sec, memoryMb, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** Samples a process every second until it is gone. */
export function watched(pid: number): { readonly samples: Sample[]; stop(): void } {
  const samples: Sample[] = [];
  const beganMs = performance.now();
  const timer = setInterval(() => {
    try {
      samples.push(sampleOf(pid, (performance.now() - beganMs) / 1000));
    } catch {
      clearInterval(timer);
    }
  }, 1000);
  return { samples, stop: () => clearInterval(timer) };
}

/** Of each tenth of the samples the one with the fewest descriptors: what stays open when little is under way. */
export function quietest(samples: readonly Sample[]): Sample[] {
  const every = Math.max(1, Math.floor(samples.length / 10));
  return Array.from({ length: Math.floor(samples.length / every) }, (_, index) =>
    samples
      .slice(index * every, (index + 1) * every)
      .reduce((least, one) => (one.descriptors < least.descriptors ? one : least)),
  );
}

/** By how much a straight line through the points, the one of least squares, rises from the first to the last. */
export function riseOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const meanX = mean(([x]) => x);
  const meanY = mean(([, y]) => y);
  const covariance = mean(([x, y]) => (x - meanX) * (y - meanY));
  const variance = mean(([x]) => (x - meanX) ** 2);
  const [first, last] = [points[0]!, points.at(-1)!];
  return (covariance / variance) * (last[0] - first[0]);
}
