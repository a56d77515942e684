import type { Certification, GeneratorHealth } from '../record/record.ts';
import { worstHealth } from '../record/worst-health.ts';
import type { DistributionSet } from '../stats/distributions.ts';
import { type Distribution, isBounded } from '../stats/quantile.ts';
import type { LateSummary } from '../stats/time/late-windows.ts';
import type { LoopDelay } from '../stats/time/loop-delays.ts';
import { clientLines } from './client-lines.ts';
import { measure, percent } from './number.ts';
import { judgeOf } from './own-error.ts';
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

/** A p99 of five requests is the greatest of five: one that was slow to begin says nothing about the others. */
export const JUDGES = ['p99', 'p95', 'p90', 'p75', 'p50'] as const;
export type JudgeName = (typeof JUDGES)[number];

/** Whether the generator kept up with its own schedule. */
export interface ClientVerdict {
  readonly isBottleneck: boolean;
  /** One line for each limit that was exceeded. */
  readonly problems: readonly string[];
  /** 99th percentile of the time from ready to sent; of the lateness, where the journal has no `readyMs`. */
  readonly delayP99Ms?: number;
  /** The highest percentile that the run has enough requests for, and what it is: that is what the limit is for. */
  readonly judgedBy?: JudgeName;
  readonly delayMs?: number;
  /** The worst of the parts; absent in virtual time, and if no part ended in order. */
  readonly health?: GeneratorHealth;
  /** What probes found, the worst of the parts; absent without --certify, and in virtual time. */
  readonly certification?: Certification;
  /** When it was late, in the measured time; absent: never, or nobody looked. */
  readonly late?: LateSummary;
  /** The longest that its event loop stood still, stretch by stretch of the measured time; absent: nobody looked. */
  readonly loopDelays?: readonly LoopDelay[];
}

/** What is known of a client beside its requests. */
export interface ToldOfClient {
  readonly healths: readonly GeneratorHealth[];
  readonly certification?: Certification | undefined;
  readonly late?: LateSummary | undefined;
  readonly loopDelays?: readonly LoopDelay[] | undefined;
}

/** @param unableCount requests that failed because this machine ran out of something. */
export function clientVerdict(
  { generatorDelayMs, latenessMs }: DistributionSet,
  { healths, certification, late, loopDelays }: ToldOfClient,
  unableCount: number | undefined,
  measuredMs: number,
): ClientVerdict {
  const delayP99Ms = (generatorDelayMs ?? latenessMs)?.p99;
  const judged = judgedBy(generatorDelayMs ?? latenessMs);
  const health = healths.length ? worstHealth(healths) : undefined;
  const problems = [
    ...(unableCount ? [`requests that this machine could not send: ${unableCount}`] : []),
    ...exceeded(
      `own delay before sending, ${judged?.name}`,
      judged?.ms,
      CLIENT_LIMITS.delayP99Ms,
      'ms',
    ),
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
    ...exceededByProbes(certification),
  ];
  return {
    isBottleneck: problems.length > 0,
    problems,
    ...(delayP99Ms !== undefined && { delayP99Ms }),
    ...(judged && { judgedBy: judged.name, delayMs: judged.ms }),
    ...(health && { health }),
    ...(certification && { certification }),
    ...(late && { late }),
    ...(loopDelays?.length && { loopDelays }),
  };
}

/** Those beside the run, as they met it; those before it say what would come. */
function exceededByProbes({ during }: Certification = {}): string[] {
  if (!during) return [];
  const judge = judgeOf(during);
  const limit = CLIENT_LIMITS.delayP99Ms;
  return exceeded(`own error of the TTFT by probes, ${judge}`, during.ttftMs[judge], limit, 'ms');
}

/** Half of the requests count, however few they are. */
function judgedBy(values: Distribution | undefined): { name: JudgeName; ms: number } | undefined {
  if (!values) return undefined;
  const name = JUDGES.find((judge) => isBounded(values, judge)) ?? 'p50';
  return { name, ms: values[name] };
}

function exceeded(what: string, value: number | undefined, limit: number, unit: string): string[] {
  return value !== undefined && value > limit
    ? [`${what}: ${measure(value)} ${unit} (limit ${limit} ${unit})`]
    : [];
}

/** Whether to trust what follows: the first thing that a report says. */
export function verdictSections(
  client: ClientVerdict,
  clock: 'system' | 'virtual',
  lateness: Distribution | undefined,
): Section[] {
  const more = clientLines(client);
  if (client.isBottleneck) return [bottleneckSection(client, more)];
  return [{ lines: [keptUpText(client, clock), ...more] }, ...latenessSections(lateness)];
}

function bottleneckSection({ problems }: ClientVerdict, more: readonly string[]): Section {
  return {
    title: "WARNING: the client was a bottleneck: the latencies below are not the engine's alone.",
    isWarning: true,
    lines: [
      ...problems,
      ...more,
      'Take more workers or machines, or a lower rate, and run it again.',
    ],
  };
}

function keptUpText(client: ClientVerdict, clock: 'system' | 'virtual'): string {
  if (clock === 'virtual') return 'The client kept up: time was simulated, and waits for it.';
  const figures = healthFigures(client);
  return figures.length
    ? `The client kept up: ${figures.join(', ')}.`
    : 'Whether the client kept up is unknown: the run did not end in order, or sent nothing.';
}

function healthFigures({ judgedBy, delayMs, health }: ClientVerdict): string[] {
  const limits = CLIENT_LIMITS;
  const figures: string[] = [];
  if (judgedBy !== undefined) {
    figures.push(`own delay ${judgedBy} ${measure(delayMs)} ms (limit ${limits.delayP99Ms})`);
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
function latenessSections(lateness: Distribution | undefined): Section[] {
  const judged = judgedBy(lateness);
  if (!judged || judged.ms <= CLIENT_LIMITS.delayP99Ms) return [];
  const text = `Turns were sent late (${judged.name} ${measure(judged.ms)} ms) for other reasons: caps, late previous answers, new
    connections, retries. Only latency from intended counts that wait.`;
  return [{ isWarning: true, lines: [text] }];
}
