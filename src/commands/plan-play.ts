import { VirtualClock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import { LiveBlocks } from '../cache/live-blocks.ts';
import { PromptBlocks } from '../cache/prompt-blocks.ts';
import { fixedEngine } from '../engine/embedded.ts';
import type { FixedLatency } from '../engine/fixed-engine.ts';
import { chainNames } from '../engine/kv/chain-hash.ts';
import type { EngineRequest } from '../engine/serving.ts';
import type { TurnRecord } from '../record/record.ts';
import type { PlannedPlay } from '../report/plan-summary.ts';
import { type RunEnd, startRun } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import { Level } from '../stats/level.ts';
import { localTransport } from '../transport/local.ts';
import { openWorkload } from '../workload/load.ts';
import { refuseEndless } from './endless.ts';
import { capacityOf } from './plan-capacity.ts';
import { runHeader } from './run-header.ts';
import { engineOptions, samplingOf } from './target.ts';

/**
 * Plays a scenario in virtual time against an engine of that latency, and follows what it would ask of a
 * prefix cache. Nothing is sent and nothing is written.
 */
export async function playPlan(scenario: Scenario, latency: FixedLatency): Promise<PlannedPlay> {
  refuseStandstill(scenario, latency);
  const capacity = capacityOf(scenario.engine);
  const clock = new VirtualClock();
  const { blockTokens } = scenario.engine;
  const [workload, { engine, prompts }] = await Promise.all([
    openWorkload(scenario),
    fixedEngine(clock, { ...engineOptions(scenario), faults: [] }, latency),
  ]);
  refuseEndless(scenario, workload);

  const asked = new WeakMap<EngineRequest, number>();
  /** By user: a user has one request at a time. */
  const underWay = new Map<number, Planned>();
  const blocks = new PromptBlocks(blockTokens);
  const follow = new LiveBlocks(blockTokens);
  const live = { conversations: new Level(), blocks: new Level(), tokens: new Level() };
  const requests: { record: TurnRecord; idealTokens: number | undefined }[] = [];
  let warmupRequests = 0;
  const noteLive = (): void => {
    live.conversations.set(clock.now(), follow.conversations);
    live.blocks.set(clock.now(), follow.blocks);
    live.tokens.set(clock.now(), follow.tokens);
  };
  const isWarmup = (): boolean => run.state().phase === 'warmingUp';

  engine.onAccepted = (request, answerTokens) => {
    const userId = asked.get(request)!;
    const { promptTokens, salt } = request;
    const tokens = new Int32Array(promptTokens.length + answerTokens.length);
    tokens.set(promptTokens);
    tokens.set(answerTokens, promptTokens.length);
    const names = chainNames(tokens, blockTokens, salt);
    const inputTokens = promptTokens.length;
    const outputTokens = answerTokens.length;
    const idealTokens = blocks.add({ inputTokens, outputTokens, names });
    underWay.set(userId, { names, contextTokens: tokens.length, idealTokens });
    if (isWarmup()) return;
    follow.set(userId, inputTokens, names);
    noteLive();
  };

  const record = (made: TurnRecord): void => {
    const { userId } = made;
    const planned = made.sentMs === undefined ? undefined : underWay.get(userId);
    underWay.delete(userId);
    if (made.phase === 'warmup') {
      warmupRequests++;
      return;
    }
    requests.push({ record: made, idealTokens: planned?.idealTokens });
    if (planned) follow.set(userId, planned.contextTokens, planned.names);
    // Its last turn, played or not: every turn of a conversation that arrived has a record.
    if (made.turn === made.turns - 1) follow.remove(userId);
    noteLive();
  };

  const ends: RunEnd[] = [];
  const run = startRun({
    scenario: { ...scenario, output: { ...scenario.output, keepChunkGaps: false } },
    clock,
    workload,
    transport: localTransport(engine, {
      prompts,
      api: scenario.target.api,
      sampling: samplingOf(scenario),
      tokensPerDelta: Infinity,
      onSubmit: (request, { userId }) => asked.set(request, userId),
    }),
    record,
    onDone: (end) => ends.push(end),
  });
  clock.run();
  const target = { model: scenario.engine.model, description: 'none: a plan' };
  const played = { ...scenario, engine: { ...scenario.engine, fixed: latency } };
  return {
    scenario,
    latency,
    header: runHeader({ scenario: played, clock, workload, target, part: 0 }),
    footer: { ...ends[0]!, health: undefined },
    requests,
    live,
    warmupRequests,
    promptBlocks: blocks.promptBlocks,
    capacity,
  };
}

interface Planned {
  readonly names: Int32Array;
  /** Prompt and answer. */
  readonly contextTokens: number;
  readonly idealTokens: number;
}

/** A closed loop goes as fast as its engine: with one that takes no time it would never leave the first instant. */
function refuseStandstill({ population, stop }: Scenario, latency: FixedLatency): void {
  const { arrivals, users } = population;
  const takesTime = latency.ttftMs + latency.tpotMs + latency.perInputTokenMs > 0;
  if (arrivals.process !== 'closed' || takesTime) return;
  if (users !== undefined || stop.afterRequests !== undefined || stop.afterSec === undefined)
    return;
  throw new UsageError(
    'population.arrivals: a closed loop that ends after a time goes as fast as its engine; expected --ttft-ms or --tpot-ms, or --users',
  );
}
