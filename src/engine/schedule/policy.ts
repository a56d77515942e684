import type { EngineOptions } from '../../scenario/engine.ts';
import type { Sequence } from './sequence.ts';

export type PolicyOptions = Pick<EngineOptions, 'policy' | 'priorityOrder'>;

/** Who is admitted next, and who gives way. */
export interface Policy {
  /** undefined: waiting requests are served in the order of coming. */
  readonly goesBefore: ((a: Sequence, b: Sequence) => boolean) | undefined;
  /** Who of the running gives up its blocks when there are none left: an index. */
  victimOf(running: readonly Sequence[]): number;
  /**
   * A running request that has generated `stepsBeforePreemption` tokens must give way to a waiting one that
   * does not fit; and whoever had to give way takes its turn again behind its equals.
   */
  readonly isRotating: boolean;
}

/**
 * vLLM's `fcfs` and `priority` (`v1/core/sched/scheduler.py`): by (priority, arrival), the last of these
 * preempted. `round_robin` and `priority_round_robin` are those of the vLLM fork of the priority study
 * (`sastec17/585_vllm`, `_schedule_round_robin` and `_schedule_rr`): a request that has generated
 * `stepsBeforePreemption` tokens since it was admitted gives way to one that waits and does not fit, and
 * goes to the end of the queue; or of its priority, where those that waited longest come first. Of several that
 * could give way the last admitted does, or the least urgent.
 */
export function policyOf(options: PolicyOptions): Policy {
  const isRotating = options.policy.endsWith('round_robin');
  if (!goesByPriority(options.policy)) {
    const victimOf = (running: readonly Sequence[]) => running.length - 1;
    return { goesBefore: undefined, victimOf, isRotating };
  }
  const direction = options.priorityOrder === 'lowestFirst' ? 1 : -1;
  const goesBefore = (a: Sequence, b: Sequence): boolean =>
    a.priority === b.priority ? a.order < b.order : direction * (a.priority - b.priority) < 0;
  const victimOf = (running: readonly Sequence[]): number => {
    let victim = 0;
    for (let i = 1; i < running.length; i++) {
      if (goesBefore(running[victim]!, running[i]!)) victim = i;
    }
    return victim;
  };
  return { goesBefore, victimOf, isRotating };
}

export function goesByPriority(policy: EngineOptions['policy']): boolean {
  return policy === 'priority' || policy === 'priority_round_robin';
}
