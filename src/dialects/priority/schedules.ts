import { UsageError } from '../../base/errors.ts';
import { goesByPriority } from '../../engine/schedule/policy.ts';
import { type EngineOptions, POLICY_NAMES } from '../../scenario/engine.ts';
import type { Scenario } from '../../scenario/schema.ts';

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

/**
 * The same of the scenario that is played, in which `--set` has the last word.
 * @throws UsageError where requests have priorities that the policy never looks at, or all the same one.
 */
export function checkPriorities(
  { target, sampling: { priority }, engine }: Scenario,
  schedule: ScheduleName,
  flag: string,
): void {
  const { priority: sent } = target.body ?? {};
  const given = [
    ...(isSent(priority) ? [`sampling.priority ${JSON.stringify(priority)}`] : []),
    ...(isSent(sent) ? [`target.body.priority ${JSON.stringify(sent)}`] : []),
  ].join(' and ');
  const problems: string[] = [];
  if (!goesByPriority(schedule) && given) {
    const having = SCHEDULE_NAMES.filter(goesByPriority);
    problems.push(
      `found ${given} with ${flag} ${schedule}, under which no request has a priority; expected ${flag} ${having.join(', ')}`,
    );
  }
  if (goesByPriority(schedule) && (isSame(priority) || sent !== undefined)) {
    const found = sent === undefined ? `sampling.priority ${JSON.stringify(priority)}` : given;
    problems.push(
      `found ${found || 'target.body.priority 0'} with ${flag} ${schedule}, which cannot tell requests apart by one priority of all; expected none to be set: lengths are sent`,
    );
  }
  if (target.url === 'embedded' && engine.policy !== schedule) {
    problems.push(
      `found engine.policy ${engine.policy} with ${flag} ${schedule}; expected the same: the result names the policy`,
    );
  }
  if (problems.length) throw new UsageError(problems);
}

function isSent(priority: unknown): boolean {
  return priority !== undefined && priority !== 0;
}

function isSame(priority: Scenario['sampling']['priority']): boolean {
  const isDrawn = typeof priority === 'object' && priority.distribution !== 'constant';
  return !isDrawn && typeof priority !== 'string';
}

/** The field of the data that priorities go by. */
export function expectedField({ noise, expected }: Precedence): string {
  return expected ?? (noise ? `output_tokens_noise_${noise}` : 'output_tokens');
}
