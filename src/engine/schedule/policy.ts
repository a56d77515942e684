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

interface Traits {
  /** Waiting requests are served by priority; else in the order of coming. */
  readonly isSorted: boolean;
  /** The least urgent gives way; else the last admitted. */
  readonly sparesUrgent: boolean;
  readonly isRotating: boolean;
}

const POLICIES: Readonly<Record<EngineOptions['policy'], Traits>> = {
  fcfs: { isSorted: false, sparesUrgent: false, isRotating: false },
  priority: { isSorted: true, sparesUrgent: true, isRotating: false },
  round_robin: { isSorted: false, sparesUrgent: false, isRotating: true },
  priority_round_robin: { isSorted: true, sparesUrgent: true, isRotating: true },
  priority_round_robin_reverse: { isSorted: false, sparesUrgent: true, isRotating: true },
};

/**
 * vLLM's `fcfs` and `priority` (`v1/core/sched/scheduler.py`): by (priority, arrival), the last of these
 * preempted. `round_robin`, `priority_round_robin` and its reverse are those of the vLLM fork of the priority study
 * (`sastec17/585_vllm`, `_schedule_round_robin`, `_schedule_rr` and `_schedule_rr_reverse`): a request that has
 * generated `stepsBeforePreemption` tokens since it was admitted gives way to one that waits and does not fit, and
 * goes to the end of the queue; or of its priority, where those that waited longest come first. Of several that
 * could give way the last admitted does, or the least urgent. The reverse serves those that waited longest first, and
 * goes by priority only in who gives way.
 */
export function policyOf({ policy, priorityOrder }: PolicyOptions): Policy {
  const { isSorted, sparesUrgent, isRotating } = POLICIES[policy];
  const direction = priorityOrder === 'lowestFirst' ? 1 : -1;
  const isMoreUrgent = (a: Sequence, b: Sequence): boolean =>
    a.priority === b.priority ? a.order < b.order : direction * (a.priority - b.priority) < 0;
  const leastUrgentOf = (running: readonly Sequence[]): number => {
    let victim = 0;
    for (let i = 1; i < running.length; i++) {
      if (isMoreUrgent(running[victim]!, running[i]!)) victim = i;
    }
    return victim;
  };
  return {
    goesBefore: isSorted ? isMoreUrgent : undefined,
    victimOf: sparesUrgent ? leastUrgentOf : (running) => running.length - 1,
    isRotating,
  };
}

export function goesByPriority(policy: EngineOptions['policy']): boolean {
  return POLICIES[policy].sparesUrgent;
}

/** Whether what waits is served by priority, and not in the order of coming. */
export function queuesByPriority(policy: EngineOptions['policy']): boolean {
  return POLICIES[policy].isSorted;
}
