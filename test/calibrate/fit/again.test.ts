import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { inPlaces, playedAgain, type SentRequest } from '../../../src/calibrate/fit/again.ts';
import { profiles } from '../../../src/engine/cost/profiles.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { optionsOf, words } from '../../support/engine-rig.ts';
import { type Load, played } from './known.ts';

const PROFILE = { ...profiles['a100']!, apiMs: 10 };
const ENGINE = optionsOf({ blocks: 300 });
const LOAD: Load = {
  ...{ users: 6, atATime: 2, systemTokens: 64, historyTokens: [100, 900], rounds: 3 },
  ...{ answerTokens: [4, 12], thinkMs: 40 },
};

async function sentOnce(): Promise<SentRequest[]> {
  const turns = await played(LOAD, PROFILE, ENGINE, 1);
  return turns
    .map(({ key, startMs, latencyMs, request, user }) => ({
      ...{ key, startMs, request, conversation: user, endMs: startMs + latencyMs! },
    }))
    .sort((a, b) => a.startMs - b.startMs);
}

function again(requests: readonly SentRequest[], profile = PROFILE) {
  const clock = new VirtualClock();
  return playedAgain(requests, new Engine(clock, ENGINE, words, { profile }), clock);
}

test('on the engine that served it a run takes what it took, request by request', async () => {
  const turns = await played(LOAD, PROFILE, ENGINE, 1);
  for (const sent of [await sentOnce(), inPlaces(await sentOnce())]) {
    const seen = await again(sent);
    expect(seen.size).toBe(18);
    for (const { key, ttftMs, latencyMs, cachedTokens } of turns) {
      expect(seen.get(key)!.ttftMs).toBeCloseTo(ttftMs!, 6);
      expect(seen.get(key)!.latencyMs).toBeCloseTo(latencyMs!, 6);
      expect(seen.get(key)!.cachedTokens).toBe(cachedTokens);
    }
  }
});

test('on a slower one no turn begins before the answer before it, so that all is in the cache that was', async () => {
  const slow = await again(await sentOnce(), { ...PROFILE, weightsMs: 3 * PROFILE.weightsMs });
  for (const { key, cachedTokens } of await played(LOAD, PROFILE, ENGINE, 1)) {
    expect(slow.get(key)!.cachedTokens).toBe(cachedTokens);
  }
});

test('of a closed loop the conversation that begins follows the one that has ended last', () => {
  const one = (conversation: number, startMs: number, endMs: number): SentRequest => ({
    ...{ key: startMs, startMs, endMs, conversation },
    request: { promptTokens: Int32Array.of(1), maxTokens: 1 },
  });
  const places = inPlaces([
    one(1, 0, 100),
    one(2, 10, 50),
    one(3, 60, 120),
    one(1, 110, 130),
    one(4, 125, 140),
    one(5, 131, 150),
  ]).map(({ conversation }) => conversation);
  expect(places).toEqual(['place 0', 'place 1', 'place 1', 'place 0', 'place 1', 'place 0']);
});
