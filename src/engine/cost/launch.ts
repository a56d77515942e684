import { stream } from '../../base/random.ts';
import type { StepLoad } from '../schedule/sequence.ts';
import type { StepCost } from './cost-model.ts';
import type { Further } from './further.ts';

/**
 * Host milliseconds to launch a step: of a captured CUDA graph, or kernel by kernel. The second varies, evenly
 * distributed between 1 - spread and 1 + spread of its mean, by a stream of the seed.
 */
export function launchCost(
  { isGraph }: Pick<StepCost, 'isGraph'>,
  { graphLaunchMs, eagerLaunchMs, eagerLaunchSpread }: Further,
  seed: string | number,
): (load: StepLoad) => number {
  const draw = eagerLaunchSpread > 0 ? stream(seed, 'launch') : undefined;
  return (load) => {
    if (isGraph(load)) return graphLaunchMs;
    return draw ? eagerLaunchMs * (1 + eagerLaunchSpread * (2 * draw() - 1)) : eagerLaunchMs;
  };
}
