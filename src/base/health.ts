import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How busy this process was over a span of time. */
export interface ProcessHealth {
  readonly eventLoopDelayP50Ms: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** Share of the time that the event loop was busy, 0 to 1. */
  readonly eventLoopUtilization: number;
  /** CPU time of all threads of the process, over wall time: 1 is one core. */
  readonly cpuShare: number;
}

export const RESOLUTION_MS = 10;
export const MS_PER_NS = 1e-6;

/** Starts measuring; the returned function reads the span so far, and may be called again. */
export function watchHealth(): () => ProcessHealth {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const loopAtStart = performance.eventLoopUtilization();
  const cpuAtStart = process.cpuUsage();
  const startMs = performance.now();
  // The histogram holds the time between two timer calls: the resolution, and the delay on top of it.
  const excessMs = (ns: number) =>
    Math.max(0, (Number.isNaN(ns) ? 0 : ns) * MS_PER_NS - RESOLUTION_MS);
  return () => {
    const cpu = process.cpuUsage(cpuAtStart);
    const elapsedMs = Math.max(1, performance.now() - startMs);
    return {
      eventLoopDelayP50Ms: excessMs(delay.percentile(50)),
      eventLoopDelayP99Ms: excessMs(delay.percentile(99)),
      eventLoopDelayMaxMs: delay.count ? excessMs(delay.max) : 0,
      eventLoopUtilization: performance.eventLoopUtilization(loopAtStart).utilization,
      cpuShare: (cpu.user + cpu.system) / 1000 / elapsedMs,
    };
  };
}

/** The share of the time that the event loop was busy since this was last asked; first, since now. */
export function watchBusy(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
