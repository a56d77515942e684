import { VirtualClock } from '../../../src/base/clock.ts';
import { type Rng, stream } from '../../../src/base/random.ts';
import { inPlaces, playedAgain } from '../../../src/calibrate/fit/again.ts';
import { FITTED, type FittedConstant, fittedNames } from '../../../src/calibrate/fit/constants.ts';
import { type Observed, type Replay, timesOf } from '../../../src/calibrate/fit/replay.ts';
import { FURTHER, type FurtherName } from '../../../src/engine/cost/further.ts';
import type { Profile } from '../../../src/engine/cost/profile.ts';
import { profiles } from '../../../src/engine/cost/profiles.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { EngineRequest } from '../../../src/engine/serving.ts';
import type { EngineOptions } from '../../../src/scenario/engine.ts';
import { optionsOf, words } from '../../support/engine-rig.ts';

/** Users who ask again when they have been answered. */
export interface Load {
  readonly users: number;
  /** So many at a time; or so many a second, at random. */
  readonly atATime?: number;
  readonly perSec?: number;
  readonly systemTokens: number;
  /** Evenly between the two. */
  readonly historyTokens: readonly [number, number];
  readonly answerTokens: readonly [number, number];
  readonly rounds: number;
  readonly thinkMs: number;
}

/** One user alone, a load that a GPU's blocks hardly hold, and many at once. */
export const LOADS: readonly Load[] = [
  {
    ...{ users: 8, atATime: 1, systemTokens: 100, historyTokens: [100, 6000], rounds: 3 },
    ...{ answerTokens: [60, 60], thinkMs: 0 },
  },
  {
    ...{ users: 24, perSec: 1.2, systemTokens: 200, historyTokens: [2000, 4000], rounds: 3 },
    ...{ answerTokens: [20, 100], thinkMs: 2000 },
  },
  {
    ...{ users: 40, atATime: 16, systemTokens: 100, historyTokens: [200, 1000], rounds: 2 },
    ...{ answerTokens: [20, 200], thinkMs: 300 },
  },
];

const QUESTION_TOKENS = 40;
const A_USER = 2 ** 16;

interface Turn extends Observed {
  readonly request: EngineRequest;
  readonly user: number;
}

/** What such a load sees of an engine, in virtual time. */
export async function played(
  load: Load,
  profile: Profile,
  engine: EngineOptions,
  seed: number,
): Promise<Turn[]> {
  const clock = new VirtualClock();
  const serving = new Engine(clock, engine, words, { profile });
  const rng = stream('known load', seed);
  const between = ([least, most]: readonly [number, number]) =>
    least + Math.floor(rng() * (most - least + 1));
  const users = Array.from({ length: load.users }, (_, user) => ({
    user,
    history: between(load.historyTokens),
    answers: Array.from({ length: load.rounds }, () => between(load.answerTokens)),
    gapMs: (-1000 * Math.log(1 - rng())) / (load.perSec ?? 1),
  }));
  const turns: Turn[] = [];
  const waiting = [...users];
  const begin = (): void => {
    const next = waiting.shift();
    if (next) turnOf(next, 0, load.systemTokens + next.history);
  };
  const turnOf = (one: (typeof users)[number], round: number, before: number): void => {
    const inputTokens = before + QUESTION_TOKENS;
    const answer = one.answers[round]!;
    const startMs = clock.now();
    let firstMs = 0;
    const request: EngineRequest = {
      promptTokens: Int32Array.from({ length: inputTokens }, (_, at) =>
        at < load.systemTokens ? 1000 + at : 2 ** 20 + one.user * A_USER + at,
      ),
      ...{ maxTokens: answer, ignoreEos: true },
    };
    serving.submit(request, {
      onToken: (_id, _text, nowMs) => {
        firstMs ||= nowMs;
      },
      onEnd({ cachedTokens }, nowMs) {
        const key = one.user * load.rounds + round;
        const times = timesOf(startMs, firstMs, nowMs, answer);
        turns.push({ key, startMs, inputTokens, cachedTokens, request, user: one.user, ...times });
        if (round + 1 === load.rounds) {
          if (load.atATime) begin();
        } else {
          clock.setTimeout(() => turnOf(one, round + 1, inputTokens + answer), load.thinkMs);
        }
      },
      onError: () => {},
    });
  };
  if (load.atATime) {
    for (let i = 0; i < load.atATime; i++) clock.setTimeout(begin, 10 * i);
  } else {
    let atMs = 0;
    for (const { gapMs } of users) {
      atMs += gapMs;
      clock.setTimeout(begin, atMs);
    }
  }
  await clock.runInSlices();
  return turns;
}

/** Standard normal, by Box and Muller. */
function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}

/** By how much a server is now faster, now slower: for seconds, and for tenths of them. */
const NOISE = { stretch: 0.015, stretchMs: 4000, moment: 0.05, momentMs: 100 };

/** Such a server's time beside that of one which always takes as long: it never goes back, so causes stay before effects. */
function unevenTime(rng: Rng): (atMs: number) => number {
  const ends = [0];
  let stretch = 0;
  return (atMs) => {
    while ((ends.length - 1) * NOISE.momentMs <= atMs) {
      const fromMs = (ends.length - 1) * NOISE.momentMs;
      if (fromMs % NOISE.stretchMs === 0) stretch = NOISE.stretch * normal(rng);
      const rate = Math.exp(stretch + NOISE.moment * normal(rng));
      ends.push(ends.at(-1)! + NOISE.momentMs * rate);
    }
    const moment = Math.floor(atMs / NOISE.momentMs);
    const share = atMs / NOISE.momentMs - moment;
    return ends[moment]! + share * (ends[moment + 1]! - ends[moment]!);
  };
}

/** As a client would have measured it of a server that has other things to do as well. */
function noisy(turns: readonly Turn[], rng: Rng): Turn[] {
  const uneven = unevenTime(rng);
  return turns
    .map((turn) => {
      const { startMs, ttftMs, latencyMs, tpotMs } = turn;
      const [start, first] = [uneven(startMs), uneven(startMs + ttftMs!)];
      const last = uneven(startMs + latencyMs!);
      const steps = (latencyMs! - ttftMs!) / tpotMs!;
      return { ...turn, startMs: start, ...timesOf(start, first, last, Math.round(steps) + 1) };
    })
    .sort((a, b) => a.startMs - b.startMs);
}

export function valueIn(profile: Profile, name: keyof typeof FITTED): number {
  return profile[name] ?? (FURTHER[name as FurtherName].absent as number);
}

const AHEAD: Profile = {
  ...profiles['h100']!,
  ...{ eagerLaunchSpread: 0.4, apiMs: 4, apiSerialMs: 4, promptTokenUs: 3, chunkUs: 25 },
};
const BASES = [{ ...profiles['rtx4090']!, apiMs: 14 }, AHEAD, profiles['a100']!, AHEAD];

/** Constants other than those: each by so large a share of it, about. */
function varied(profile: Profile, hasTiers: boolean, share: number, rng: Rng): Profile {
  const entries = fittedNames(profile, hasTiers).map((name) => {
    const { min, max }: FittedConstant = FITTED[name];
    const value = valueIn(profile, name) * Math.exp(share * normal(rng));
    return [name, Math.min(max, Math.max(min, value))] as const;
  });
  return { ...profile, ...Object.fromEntries(entries) };
}

/** An engine whose constants are known, what three loads saw of it, and where a fit may begin. */
export async function knownCase(number: number, loads = LOADS) {
  const rng = stream('known', number);
  const hasTiers = number % 4 === 3;
  const truth = varied(BASES[number % BASES.length]!, hasTiers, 0.3, rng);
  const start = varied(truth, hasTiers, 0.25, rng);
  // Launches vary from run to run, and what was drawn is not known to who plays it again.
  const engineOf = (seed: string) =>
    optionsOf({
      ...{ blocks: 2600, seed },
      ...(hasTiers && { offload: { preset: 'vllm', cpu: { capacityGB: 32 } } as never }),
    });
  const replays: Replay[] = [];
  for (const [index, load] of loads.entries()) {
    const observed = noisy(await played(load, truth, engineOf(`server ${number}`), number), rng);
    const engine = engineOf('client');
    const all = observed.map(({ key, startMs, latencyMs, request, user }) => ({
      ...{ key, startMs, request, conversation: user, endMs: startMs + latencyMs! },
    }));
    const sent = load.atATime ? inPlaces(all) : all;
    replays.push({
      ...{ name: `load ${index + 1}`, observed, engine, notes: [] },
      playAgain(profile) {
        const clock = new VirtualClock();
        return playedAgain(sent, new Engine(clock, engine, words, { profile }), clock);
      },
      play: async (profile) =>
        new Map((await played(load, profile, engine, number)).map((turn) => [turn.key, turn])),
    });
  }
  return { truth, start, replays };
}
