import { expect, test } from 'vitest';
import { continuationOf } from '../../src/play/resume.ts';
import { cacheKeyOf } from '../../src/report/engine-cache.ts';
import { playInProcess, playingSilently } from '../support/play-in-process.ts';

playingSilently();

const LOAD = {
  conversation: { systemPrompt: { tokens: 10 }, rounds: 2 },
  pacing: { pauseSec: 1 },
  population: { users: 6, arrivals: { process: 'constant' as const, usersPerSec: 2 } },
};

/** Salts and beginnings of all that was sent. */
async function sentWith(options: Parameters<typeof playInProcess>[1]) {
  const sent: { salt: string | undefined; text: string }[] = [];
  const played = await playInProcess(LOAD, {
    ...options,
    script: ({ cacheSalt, messages }) => {
      sent.push({ salt: cacheSalt, text: messages[0]!.text.split('\n')[0]! });
      return {};
    },
  });
  return { sent, played };
}

test.each([
  ['salt', 'run-alone', /^be brief/],
  ['marker', undefined, /^\[run alone\]$/],
] as const)('a run is kept apart by %s, and its resume has the same', async (how, salt, text) => {
  const { sent, played } = await sentWith({
    isolate: how,
    meanwhile: (clock, run) => void clock.setTimeout(() => run.interrupt(), 1500),
  });
  expect(sent.length).toBeGreaterThan(0);
  for (const one of sent) {
    expect(one.salt).toBe(salt);
    expect(one.text).toMatch(text);
  }
  const [first] = played.run.parts;
  expect(first!.header).toMatchObject({ isolation: how, isolationMark: 'run alone' });

  const { scenario, before, isolatedBy } = continuationOf(played.dir, []);
  const resumed = { dir: played.dir, before, isolate: 'none' as const, isolatedBy };
  const again = await sentWith({ scenario, resumed });
  expect(new Set(again.sent.map((one) => one.salt))).toEqual(new Set([salt]));
  const [, second] = again.played.run.parts;
  expect(second!.header).toMatchObject({ isolation: how, isolationMark: 'run alone' });
  const asReal = [first!, second!].map((part) => {
    const header = { ...part.header, clock: 'system' as const };
    const target = { ...scenario.target, url: 'http://a.example' };
    return cacheKeyOf({ ...part, header: { ...header, scenario: { ...scenario, target } } });
  });
  expect(asReal[0]).toBe(asReal[1]);
});

test('none is what a run is without being asked', async () => {
  const { sent, played } = await sentWith({ isolate: 'none' });
  expect(sent.every(({ salt }) => salt === undefined)).toBe(true);
  expect(played.run.parts[0]!.header).not.toHaveProperty('isolation');
});
