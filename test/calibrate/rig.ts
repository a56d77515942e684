import { type Clock, VirtualClock } from '../../src/base/clock.ts';
import { type Probed, type ProbeOptions, probeServer } from '../../src/calibrate/probe/probe.ts';
import type { Answered } from '../../src/calibrate/probe/request.ts';
import { ProbeSession } from '../../src/calibrate/probe/session.ts';
import { type ProbeTarget, simulatedProbeTarget } from '../../src/calibrate/probe/target.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';

export interface Calibrated {
  readonly probed: Probed;
  readonly answered: readonly { readonly what: string; readonly answered: Answered }[];
  readonly tookMs: number;
}

export interface Rig extends Partial<ProbeOptions> {
  readonly engine: ScenarioInput['engine'];
  readonly budgetMs?: number;
  /** The target as the session has it: one that tells less, for example. */
  readonly seen?: (target: ProbeTarget, clock: Clock) => ProbeTarget;
}

/** Calibrates an embedded engine in virtual time. */
export async function calibrated({
  engine,
  budgetMs = 300_000,
  streams = 256,
  seen,
}: Rig): Promise<Calibrated> {
  const clock = new VirtualClock();
  const scenario = parseScenario({ engine, sampling: { ignoreEos: true } });
  const own = await simulatedProbeTarget(scenario, clock);
  const answered: { what: string; answered: Answered }[] = [];
  const session = new ProbeSession({
    ...{ target: seen?.(own, clock) ?? own, clock, budgetMs, seed: 'rig' },
    keeper: { answered: (what, one) => void answered.push({ what, answered: one }), page() {} },
  });
  const probed = await played(clock, probeServer(session, { streams }));
  return { probed, answered, tookMs: clock.now() };
}

/** Lets time go on as long as there is something to wait for. */
async function played<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.runInSlices();
  }
  return work;
}
