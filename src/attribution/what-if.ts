import { UsageError } from '../base/errors.ts';
import { capacityOf, type KvCapacity } from '../plan/capacity.ts';
import { parseScenario } from '../scenario/load.ts';
import { withOverrides } from '../scenario/overrides.ts';
import { playedAgain } from './counterfactual.ts';
import {
  type Counterfactual,
  type Explainable,
  type Explanation,
  withAgain,
} from './explanation.ts';

export interface WhatIf {
  /** Parts of the run: it is played again as one. */
  readonly parts: number;
  /** What is changed, `path=value`; none: as many blocks more as the chosen requests lacked. */
  readonly settings: readonly string[];
  /** What makes the embedded engine stand for that of the run; none: a simulated run's is what it was. */
  readonly standIn: readonly string[];
}

/** Larger ones are played again only where that is asked for. */
const REQUESTS_MAX = 5000;
/** More than the distance, for what is in flight meanwhile. */
const SLACK = 1.1;

/**
 * The explanation with what the chosen requests take where the run's scenario is played again in virtual time with
 * settings changed. As it is where nothing is asked and nothing was evicted.
 * @throws UsageError for a run that cannot be played again, where that is asked for
 */
export async function whatIf(
  { scenario, capacity, explanation }: Explainable,
  { parts, settings, standIn }: WhatIf,
): Promise<Explanation> {
  const isAsked = settings.length + standIn.length > 0;
  const { explained } = explanation.requests;
  if (!explained) return explanation;
  if (!isAsked && (explained > REQUESTS_MAX || parts > 1 || !capacity)) return explanation;
  if (!scenario || parts > 1) {
    throw new UsageError(
      `--with, --set: found ${scenario ? `a run of ${parts} parts` : 'a run of another version, whose scenario cannot be read'}; expected a run that was played in one`,
    );
  }
  if (!capacity && !standIn.length) {
    throw new UsageError(
      '--with: found a run against a real engine; expected --set engine.gpu=… and --set engine.blocks=… too, which make the embedded one stand for it',
    );
  }
  const isSimulated = !standIn.length;
  const base = isSimulated
    ? scenario
    : parseScenario(withOverrides(scenario, standIn), 'the scenario with --set');
  const change = settings.length
    ? { settings }
    : moreBlocks(explanation, capacityOf(base.engine), base.engine.blockTokens);
  if (!change) return explanation;
  const before = isSimulated ? undefined : await playedAgain(base, []);
  return withAgain(explanation, change, before, await playedAgain(base, change.settings));
}

/** undefined: they lacked none. */
function moreBlocks(
  { chosen }: Explanation,
  { blocks, bytesPerToken }: KvCapacity,
  blockTokens: number,
): Counterfactual | undefined {
  const needed = Math.max(0, ...chosen.map(({ eviction }) => eviction?.neededBlocks ?? 0));
  const wanted = Math.ceil(needed * SLACK);
  if (wanted <= blocks) return undefined;
  return {
    // One block is never used.
    settings: [`engine.blocks=${wanted + 1}`],
    moreGB: ((wanted - blocks) * blockTokens * bytesPerToken) / 1e9,
  };
}
