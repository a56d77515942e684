import { capacityOf } from '../plan/capacity.ts';
import type { PlannedRequest } from '../plan/follower.ts';
import { playPlan } from '../plan/play.ts';
import type { Scenario } from '../scenario/schema.ts';
import { BlockNames } from './block-names.ts';
import { engineHas } from './engine-has.ts';
import type { CurveRequest, CurveSource, RequestFold } from './request.ts';

export interface ScenarioOptions {
  /** Of the engine that is assumed; absent: that of the scenario, or else answers take no time. */
  readonly latency?: Partial<NonNullable<Scenario['engine']['fixed']>> | undefined;
  /** Answers come back as other tokens than were generated: what is held of them is never found. */
  readonly areAnswersChanged?: boolean | undefined;
  readonly tell?: ((line: string) => void) | undefined;
}

const INSTANT = { ttftMs: 0, tpotMs: 0, perInputTokenMs: 0 };

/**
 * The requests that a scenario asks an engine: it is played in virtual time, and the prompts are the real ones, token
 * by token. What was generated is held behind its prompt, as an engine keeps it; its last token was never fed back.
 * @throws UsageError for an engine that there cannot be.
 */
export function scenarioSource(
  name: string,
  scenario: Scenario,
  { latency, areAnswersChanged = false, tell }: ScenarioOptions = {},
): CurveSource {
  const played = { ...INSTANT, ...scenario.engine.fixed, ...latency };
  const { blockTokens } = scenario.engine;
  const capacity = capacityOf(scenario.engine);
  return {
    kind: 'scenario',
    name,
    how: [areAnswersChanged ? CHANGED : HOW, ...(capacity.replicas > 1 ? [REPLICAS] : [])],
    blockTokens,
    bytesPerToken: capacity.bytesPerToken,
    engine: engineHas(capacity),
    play: async <F extends RequestFold>(begin: () => F) => {
      const fold = begin();
      const asked = new AskedOf(blockTokens, areAnswersChanged);
      const onRequest = (request: PlannedRequest) => fold.add(asked.of(request));
      await playPlan(scenario, played, { ...(tell && { tell }), onRequest });
      return { fold, warnings: [] };
    },
  };
}

const HOW =
  'Prompts are those of the scenario, played without an engine; answers are held behind them as they are generated.';
const CHANGED =
  'Prompts are those of the scenario, played without an engine; answers are held as they are generated and come back as other tokens.';
const REPLICAS =
  'The scenario has several replicas; the curve is of one cache that gets all of the requests.';

/** Planned requests as caches are asked for them. */
class AskedOf {
  readonly #blockTokens: number;
  readonly #areAnswersChanged: boolean;
  readonly #names = new BlockNames();
  readonly #turns = new Map<number, number>();

  constructor(blockTokens: number, areAnswersChanged: boolean) {
    this.#blockTokens = blockTokens;
    this.#areAnswersChanged = areAnswersChanged;
  }

  of({ userId, isWarmup, atMs, inputTokens, outputTokens, names }: PlannedRequest): CurveRequest {
    const fedTokens = inputTokens + Math.max(0, outputTokens - 1);
    const turn = this.#turns.get(userId) ?? 0;
    this.#turns.set(userId, turn + 1);
    const promptBlocks = Math.floor(inputTokens / this.#blockTokens);
    const heldBlocks = Math.floor(fedTokens / this.#blockTokens);
    return {
      chain: this.#areAnswersChanged
        ? this.#names.withOthers(this.#names.ofHashes(names, promptBlocks), heldBlocks)
        : this.#names.ofHashes(names, heldBlocks),
      inputTokens,
      promptBlocks,
      atMs,
      isMeasured: !isWarmup,
      session: String(userId),
      turn,
    };
  }
}
