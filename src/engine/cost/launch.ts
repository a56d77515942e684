import { stream } from '../../base/random.ts';
import { contentName } from '../kv/chain-hash.ts';
import type { Sequence, StepLoad } from '../schedule/sequence.ts';
import type { StepCost } from './cost-model.ts';
import type { Further } from './further.ts';

/** Host milliseconds to launch a step of these rows, at such a time. */
export type LaunchCost = (load: StepLoad, rows: readonly Sequence[], nowMs: number) => number;

/**
 * A step is launched as a captured CUDA graph, or kernel by kernel. The second takes longer and varies, evenly between
 * 1 - spread and 1 + spread of its mean. How long it takes is drawn by the request that came last into the step, and
 * how far it is, and the seed: so that a change of the costs leaves the draws of the others as they were. On some
 * servers launches take alike for seconds and then longer, as the process is moved to another core: there it is drawn by
 * the stretch of time.
 */
export function launchCost(
  { isGraph }: Pick<StepCost, 'isGraph'>,
  { graphLaunchMs, eagerLaunchMs, eagerLaunchSpread, eagerLaunchStretchMs }: Further,
  seed: string | number,
): LaunchCost {
  if (eagerLaunchSpread === 0) {
    return (load) => (isGraph(load) ? graphLaunchMs : eagerLaunchMs);
  }
  const name = new Int32Array(3);
  name[2] = Math.floor(stream(seed, 'launch')() * 2 ** 31);
  if (eagerLaunchStretchMs > 0) {
    name[1] = STRETCH;
    return (load, _rows, nowMs) => {
      if (isGraph(load)) return graphLaunchMs;
      name[0] = Math.floor(nowMs / eagerLaunchStretchMs);
      return eagerLaunchMs * (1 + eagerLaunchSpread * evenly(name));
    };
  }
  return (load, rows) => {
    if (isGraph(load)) return graphLaunchMs;
    const last = rows.at(-1);
    name[0] = last?.asker?.request ?? 0;
    name[1] = last?.computedTokens ?? 0;
    return eagerLaunchMs * (1 + eagerLaunchSpread * evenly(name));
  };
}

/** No request has computed so many tokens. */
const STRETCH = -1;

/** Between -1 and 1. */
function evenly(name: Int32Array): number {
  return contentName(name, name.length)[0]! / 2 ** 31;
}
