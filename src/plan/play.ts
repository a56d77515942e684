import { VirtualClock } from '../base/clock.ts';
import { fixedEngine, promptsOf } from '../engine/embedded.ts';
import type { FixedLatency } from '../engine/fixed-engine.ts';
import type { Coder } from '../engine/prompt/vocabulary.ts';
import { refuseEndless } from '../play/endless.ts';
import { runHeader } from '../play/run-header.ts';
import { engineOptions, samplingOf } from '../play/target.ts';
import { NOT_ENDED, type RunAccount, type RunEnd, startRun } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import { localTransport } from '../transport/local.ts';
import { openWorkload } from '../workload/load.ts';
import { capacityOf } from './capacity.ts';
import { type FollowerOptions, PlanFollower } from './follower.ts';
import type { PlannedPlay } from './planned-play.ts';

/** Every text is one token, always the same. */
const ONE_TOKEN: Coder = { encode: () => [0], decode: () => '' };

/**
 * Plays a scenario in virtual time against an engine of that latency, and follows what it would ask of a
 * prefix cache. Nothing is sent and nothing is written.
 */
export async function playPlan(
  scenario: Scenario,
  latency: FixedLatency,
  {
    tell,
    onRequest,
    isOfTimesAlone = false,
  }: Pick<FollowerOptions, 'onRequest'> & {
    readonly tell?: (line: string) => void;
    /** Only when requests are sent and end is asked for: then prompts are not counted, which takes most of the time. */
    readonly isOfTimesAlone?: boolean;
  } = {},
): Promise<PlannedPlay> {
  const capacity = capacityOf(scenario.engine);
  const clock = new VirtualClock();
  const played = { ...scenario, engine: { ...scenario.engine, fixed: latency } };
  const follower = new PlanFollower({
    clock,
    blockTokens: scenario.engine.blockTokens,
    isWarmup: () => run.state().phase === 'warmingUp',
    onRequest,
  });
  const [workload, { engine, prompts }] = await Promise.all([
    openWorkload(scenario, { tell }),
    fixedEngine(clock, { ...engineOptions(scenario), faults: [] }, latency, [follower]),
  ]);
  refuseEndless(played, workload);

  const ended: { end: RunEnd; account: RunAccount }[] = [];
  const run = startRun({
    scenario: {
      ...scenario,
      output: { ...scenario.output, keepChunkGaps: false },
      // How much of its own load comes before the measuring is a matter of the engine's speed: a plan is of all.
      warmup: { ...scenario.warmup, durationSec: undefined },
    },
    clock,
    workload,
    transport: localTransport(engine, {
      prompts: isOfTimesAlone ? promptsOf(ONE_TOKEN, clock, engineOptions(scenario)) : prompts,
      api: scenario.target.api,
      promptForm: scenario.target.promptForm,
      sampling: samplingOf(scenario),
      tokensPerDelta: Infinity,
      onSubmit: (request, { userId }) => follower.submitted(request, userId),
    }),
    record: (record) => follower.recorded(record),
    onDone: (end, account) => ended.push({ end, account }),
  });
  clock.run();
  const [over] = ended;
  if (!over) throw new Error(NOT_ENDED);
  if (over.account.defect !== undefined) throw new Error(over.account.defect);

  const target = { model: scenario.engine.model, description: 'none: a plan' };
  return {
    scenario,
    latency,
    header: runHeader({ scenario: played, clock, workload, target, part: 0 }),
    footer: { ...over.end, health: undefined },
    capacity,
    ...follower.followed,
  };
}
