import { queuesByPriority } from '../engine/schedule/policy.ts';
import type { EngineOptions } from '../scenario/engine.ts';

/** What is played of each seed: a policy, and how well it knows the lengths that it goes by. */
export interface Arm {
  readonly policy: EngineOptions['policy'];
  /** Standard deviation of the error of predicted lengths, tokens; 0: they are known. */
  readonly sigma: number;
}

/** Each policy with lengths that are known, and those that let in by them with each of the errors. */
export function armsOf(policies: readonly Arm['policy'][], sigmas: readonly number[]): Arm[] {
  const known = policies.map((policy): Arm => ({ policy, sigma: 0 }));
  const predicted = policies
    .filter(queuesByPriority)
    .flatMap((policy) => sigmas.map((sigma): Arm => ({ policy, sigma })));
  return [...known, ...predicted];
}

export function nameOf({ policy, sigma }: Arm): string {
  return sigma > 0 ? `${policy}, noise ${sigma}` : policy;
}
