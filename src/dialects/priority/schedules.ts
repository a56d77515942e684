import { UsageError } from '../../base/errors.ts';
import { goesByPriority } from '../../engine/schedule/policy.ts';
import { type EngineOptions, POLICY_NAMES } from '../../scenario/engine.ts';

/** The policies of the priority study's engine, by its own names; the engine that is built in has them too. */
export type ScheduleName = EngineOptions['policy'];

export const SCHEDULE_NAMES = POLICY_NAMES;

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
 * @throws UsageError for what a policy would never look at.
 */
export function checkPrecedence(
  { schedule, noise, expected, priorityOrder }: Precedence,
  flag: string,
): void {
  const problems: string[] = [];
  const given = [
    ...(noise ? [`--noise ${noise}`] : []),
    ...(expected === undefined ? [] : [`--expected ${expected}`]),
    ...(priorityOrder === undefined ? [] : [`--priority-order ${priorityOrder}`]),
  ];
  if (!goesByPriority(schedule) && given.length) {
    const having = SCHEDULE_NAMES.filter(goesByPriority);
    problems.push(
      `found ${given.join(' and ')} with ${flag} ${schedule}, under which no request has a priority; expected ${flag} ${having.join(', ')}`,
    );
  }
  if (noise && expected !== undefined) {
    problems.push(
      `found --noise ${noise} and --expected ${expected}; expected one of them: both name the length to go by`,
    );
  }
  if (problems.length) throw new UsageError(problems);
}

/** The field of the data that priorities go by. */
export function expectedField({ noise, expected }: Precedence): string {
  return expected ?? (noise ? `output_tokens_noise_${noise}` : 'output_tokens');
}
