import type { GeneratorHealth } from './record.ts';

/** Of several processes that generated one load, at least one: each number is the worst that one of them had. */
export function worstHealth(healths: readonly GeneratorHealth[]): GeneratorHealth {
  const max = (field: keyof GeneratorHealth) => Math.max(...healths.map((one) => one[field]));
  return {
    eventLoopDelayP50Ms: max('eventLoopDelayP50Ms'),
    eventLoopDelayP99Ms: max('eventLoopDelayP99Ms'),
    eventLoopDelayMaxMs: max('eventLoopDelayMaxMs'),
    eventLoopUtilization: max('eventLoopUtilization'),
    cpuShare: max('cpuShare'),
  };
}
