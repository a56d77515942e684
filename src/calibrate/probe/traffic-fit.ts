import { VirtualClock } from '../../base/clock.ts';
import type { Profile } from '../../engine/cost/profile.ts';
import { Engine } from '../../engine/engine.ts';
import type { EngineOptions } from '../../scenario/engine.ts';
import { playedAgain } from '../fit/again.ts';
import { FITTED, type FittedName } from '../fit/constants.ts';
import { fitted } from '../fit/fit.ts';
import { type Observed, type Replay, timesOf } from '../fit/replay.ts';
import type { Estimate } from './fit.ts';
import type { ProfileConstant } from './profile.ts';
import type { Passed } from './traffic.ts';

/** What a host takes shows in traffic; what a GPU takes is known far better from probes of one kind of step. */
const NAMES = [
  ...['eagerLaunchMs', 'apiMs', 'apiSerialMs', 'promptTokenUs', 'chunkUs'],
  ...['storeTokenUs'],
] as const satisfies readonly FittedName[];

/**
 * Launches of a recorded server took 15 to 33 ms. It is not fitted: what the server has drawn is not what its twin
 * draws, and the squares of their difference are least where nothing is drawn.
 */
const SPREAD = {
  ...{ name: 'eagerLaunchSpread', unit: '', says: 'by which share of it that varies' },
  ...{ value: 0.4, estimate: undefined, how: 'assumed' },
} as const satisfies ProfileConstant;

export interface TrafficFit {
  readonly values: Readonly<Partial<Record<FittedName, Estimate>>>;
  /** Relative errors, as in `ttftMs.p50`. */
  readonly residuals: Readonly<Record<string, number>>;
}

/** Words of an answer: what it says costs nothing. */
const WORDS = Array.from({ length: 64 }, (_, i) => ({ id: i + 1, text: ` w${i}` }));
/** Tokens of the template behind what a user says. */
const TAIL_TOKENS = 8;
const A_CONVERSATION = 2 ** 17;

/** Constants in the place of those that probes alone say less well, and those that they say nothing of. */
export function withTraffic(
  constants: readonly ProfileConstant[],
  { values }: TrafficFit,
): ProfileConstant[] {
  const named = Object.entries(values).map(([name, estimate]): ProfileConstant => {
    const { unit, says } = FITTED[name as FittedName];
    return { name, unit, says, value: estimate.value, estimate, how: 'fitted' };
  });
  const names = new Set(named.map(({ name }) => name));
  return [...constants.filter(({ name }) => !names.has(name)), ...named, SPREAD];
}

/** The constants of a host that launches steps ahead, by playing its traffic again. */
export async function fitTraffic(
  passed: readonly Passed[],
  start: Profile,
  engine: EngineOptions,
  until: () => boolean,
): Promise<TrafficFit | undefined> {
  const replay = replayOf(passed, engine);
  if (replay.observed.length < 30) return undefined;
  const tiers = engine.offload.preset !== undefined && engine.offload.preset !== 'none';
  const names = NAMES.filter((name) => name !== 'storeTokenUs' || tiers);
  const { values, errors } = await fitted([replay], { start: begunAt(start), names, until });
  return {
    values: Object.fromEntries(
      values.map(({ name, value, interval }) => {
        const [low, high] = interval ?? [0, Infinity];
        return [name, { value, low, high }];
      }),
    ),
    residuals: Object.fromEntries(
      errors[0]!.rows.map(({ measure, statistic, seen, said }) => [
        `traffic.${measure}.${statistic}`,
        said / seen - 1,
      ]),
    ),
  };
}

/** Half of what the API takes is shared, and launches vary: what is not begun with is hard to find. */
function begunAt(start: Profile): Profile {
  const apiMs = (start.apiMs ?? 0) / 2;
  return { ...start, apiMs, apiSerialMs: apiMs, eagerLaunchSpread: SPREAD.value, chunkUs: 20 };
}

function replayOf(passed: readonly Passed[], engine: EngineOptions): Replay {
  const requests = passed
    .flatMap(({ conversation, answered }) => {
      const { id, sentMs, deltasMs, usage } = answered;
      const { inputTokens, outputTokens, cachedTokens } = usage ?? {};
      const [firstMs] = deltasMs;
      if (!inputTokens || !outputTokens || firstMs === undefined) return [];
      const times = timesOf(sentMs, firstMs, deltasMs.at(-1)!, outputTokens);
      return [
        { key: id, conversation, startMs: sentMs, inputTokens, outputTokens, cachedTokens, times },
      ];
    })
    .sort((a, b) => a.startMs - b.startMs);
  const observed: Observed[] = requests.map(({ times, ...one }) => ({ ...one, ...times }));
  const sent = requests.map(({ key, conversation, startMs, inputTokens, outputTokens }) => ({
    ...{ key, startMs },
    request: {
      promptTokens: tokensOf(conversation, key, inputTokens),
      maxTokens: outputTokens,
      ignoreEos: true,
    },
  }));
  return {
    name: 'traffic',
    observed,
    notes: [],
    engine,
    async play(profile) {
      const clock = new VirtualClock();
      const serving = new Engine(clock, engine, WORDS, { profile });
      return playedAgain(sent, serving, clock);
    },
  };
}

/** Those of the conversation as far as it goes, then some of its own. */
function tokensOf(conversation: number, key: number, count: number): Int32Array {
  const own = Math.max(0, count - TAIL_TOKENS);
  return Int32Array.from({ length: count }, (_, at) =>
    at < own ? conversation * A_CONVERSATION + at : key * TAIL_TOKENS + (at - own) + 2 ** 30,
  );
}
