import type { GeneratorHealth } from '../record/record.ts';
import type { DistributionSet } from '../stats/distributions.ts';
import { measure, percent } from './number.ts';
import type { Section } from './section.ts';

/**
 * Beyond these the client is part of what was measured. 10 ms is a tenth of a short TTFT; 20 ms of
 * event-loop delay shift every time stamp by as much; above 0.9 a queue builds up before the loop.
 */
export const CLIENT_LIMITS = {
  delayP99Ms: 10,
  eventLoopDelayP99Ms: 20,
  eventLoopUtilization: 0.9,
} as const;
/** In a shorter time there is little to do but to begin, and that keeps anybody busy. */
const BUSY_MS_MIN = 1000;

/** Whether the generator kept up with its own schedule. */
export interface ClientVerdict {
  readonly isBottleneck: boolean;
  /** One line for each limit that was exceeded. */
  readonly problems: readonly string[];
  /** 99th percentile of the time from ready to sent; of the lateness, where the journal has no `readyMs`. */
  readonly delayP99Ms?: number;
  /** The worst of the parts; absent in virtual time, and if no part ended in order. */
  readonly health?: GeneratorHealth;
}

/** @param unableCount requests that failed because this machine ran out of something. */
export function clientVerdict(
  { generatorDelayMs, latenessMs }: DistributionSet,
  healths: readonly GeneratorHealth[],
  unableCount: number | undefined,
  measuredMs: number,
): ClientVerdict {
  const delayP99Ms = (generatorDelayMs ?? latenessMs)?.p99;
  const health = healths.length ? worst(healths) : undefined;
  const problems = [
    ...(unableCount ? [`requests that this machine could not send: ${unableCount}`] : []),
    ...exceeded('own delay before sending, p99', delayP99Ms, CLIENT_LIMITS.delayP99Ms, 'ms'),
    ...exceeded(
      'event-loop delay, p99',
      health?.eventLoopDelayP99Ms,
      CLIENT_LIMITS.eventLoopDelayP99Ms,
      'ms',
    ),
    ...exceeded(
      'event loop busy',
      health && measuredMs >= BUSY_MS_MIN ? 100 * health.eventLoopUtilization : undefined,
      100 * CLIENT_LIMITS.eventLoopUtilization,
      '%',
    ),
  ];
  return {
    isBottleneck: problems.length > 0,
    problems,
    ...(delayP99Ms !== undefined && { delayP99Ms }),
    ...(health && { health }),
  };
}

function exceeded(what: string, value: number | undefined, limit: number, unit: string): string[] {
  return value !== undefined && value > limit
    ? [`${what}: ${measure(value)} ${unit} (limit ${limit} ${unit})`]
    : [];
}

function worst(healths: readonly GeneratorHealth[]): GeneratorHealth {
  const max = (field: keyof GeneratorHealth) => Math.max(...healths.map((one) => one[field]));
  return {
    eventLoopDelayP50Ms: max('eventLoopDelayP50Ms'),
    eventLoopDelayP99Ms: max('eventLoopDelayP99Ms'),
    eventLoopDelayMaxMs: max('eventLoopDelayMaxMs'),
    eventLoopUtilization: max('eventLoopUtilization'),
    cpuShare: max('cpuShare'),
  };
}

/** Whether to trust what follows: the first thing that a report says. */
export function verdictSections(
  client: ClientVerdict,
  clock: 'system' | 'virtual',
  latenessP99Ms: number | undefined,
): Section[] {
  if (client.isBottleneck) return [bottleneckSection(client)];
  return [{ lines: [keptUpText(client, clock)] }, ...latenessSections(latenessP99Ms)];
}

function bottleneckSection({ problems }: ClientVerdict): Section {
  return {
    title: "WARNING: the client was a bottleneck: the latencies below are not the engine's alone.",
    isWarning: true,
    lines: [...problems, 'Take more workers or machines, or a lower rate, and run it again.'],
  };
}

function keptUpText(client: ClientVerdict, clock: 'system' | 'virtual'): string {
  if (clock === 'virtual') return 'The client kept up: time was simulated, and waits for it.';
  const figures = healthFigures(client);
  return figures.length
    ? `The client kept up: ${figures.join(', ')}.`
    : 'Whether the client kept up is unknown: the run did not end in order, or sent nothing.';
}

function healthFigures({ delayP99Ms, health }: ClientVerdict): string[] {
  const limits = CLIENT_LIMITS;
  const figures: string[] = [];
  if (delayP99Ms !== undefined) {
    figures.push(`own delay p99 ${measure(delayP99Ms)} ms (limit ${limits.delayP99Ms})`);
  }
  if (health) {
    const delay = `event-loop delay p99 ${measure(health.eventLoopDelayP99Ms)} ms`;
    const busy = health.eventLoopUtilization;
    const busyMax = limits.eventLoopUtilization;
    figures.push(`${delay} (limit ${limits.eventLoopDelayP99Ms})`);
    // Above it where the time was too short to judge by.
    if (busy <= busyMax) figures.push(`busy ${percent(busy)} (limit ${100 * busyMax} %)`);
  } else if (figures.length) figures.push('event loop unknown');
  return figures;
}

/** Turns that were late although the client was not: said, as only latency from intended shows it. */
function latenessSections(p99Ms: number | undefined): Section[] {
  if (p99Ms === undefined || p99Ms <= CLIENT_LIMITS.delayP99Ms) return [];
  const text = `Turns were sent late (p99 ${measure(p99Ms)} ms) for other reasons: caps, late previous answers, new
    connections, retries. Only latency from intended counts that wait.`;
  return [{ isWarning: true, lines: [text] }];
}
