import { UsageError } from '../../base/errors.ts';
import type { EngineOptions } from '../../scenario/engine.ts';

interface Schedule {
  /** Requests say how urgent they are. */
  readonly hasPriority: boolean;
  /** What the engine that is built in calls it; undefined: it has none such. */
  readonly policy: EngineOptions['policy'] | undefined;
}

/** The policies of the priority study's engine, by its own names. */
export const SCHEDULES = {
  fcfs: { hasPriority: false, policy: 'fcfs' },
  priority: { hasPriority: true, policy: 'priority' },
  round_robin: { hasPriority: false, policy: 'round_robin' },
  priority_round_robin: { hasPriority: true, policy: 'priority_round_robin' },
  priority_round_robin_reverse: { hasPriority: true, policy: undefined },
} as const satisfies Record<string, Schedule>;

export type ScheduleName = keyof typeof SCHEDULES;

export const SCHEDULE_NAMES = Object.keys(SCHEDULES) as ScheduleName[];

/** What the flags of any of the study's commands say of who goes first. */
export interface Precedence {
  readonly schedule: ScheduleName;
  /** Sigma of the noise on predicted lengths: 0 is the oracle's own. */
  readonly noise?: number | undefined;
  readonly expected?: string | undefined;
  readonly priorityOrder?: 'lowestFirst' | 'highestFirst' | undefined;
}

/**
 * Says what contradicts what, before anything is sent.
 * @param flag what the policy is named with
 * @throws UsageError for what a policy would never look at, and for a policy that the engine built in has not.
 */
export function checkPrecedence(
  { schedule, noise, expected, priorityOrder }: Precedence,
  { flag, isEmbedded }: { flag: string; isEmbedded: boolean },
): void {
  const { hasPriority, policy }: Schedule = SCHEDULES[schedule];
  const problems: string[] = [];
  const given = [
    ...(noise ? [`--noise ${noise}`] : []),
    ...(expected === undefined ? [] : [`--expected ${expected}`]),
    ...(priorityOrder === undefined ? [] : [`--priority-order ${priorityOrder}`]),
  ];
  if (!hasPriority && given.length) {
    const having = SCHEDULE_NAMES.filter((name) => SCHEDULES[name].hasPriority);
    problems.push(
      `found ${given.join(' and ')} with ${flag} ${schedule}, under which no request has a priority; expected ${flag} ${having.join(', ')}`,
    );
  }
  if (noise && expected !== undefined) {
    problems.push(
      `found --noise ${noise} and --expected ${expected}; expected one of them: both name the length to go by`,
    );
  }
  if (isEmbedded && policy === undefined) {
    const having = SCHEDULE_NAMES.filter((name) => SCHEDULES[name].policy !== undefined);
    problems.push(
      `${flag}: found ${schedule}, which the engine that is built in has not; expected ${having.join(', ')}, or a server that has it`,
    );
  }
  if (problems.length) throw new UsageError(problems);
}

/** The field of the data that priorities go by. */
export function expectedField({ noise, expected }: Precedence): string {
  return expected ?? (noise ? `output_tokens_noise_${noise}` : 'output_tokens');
}
