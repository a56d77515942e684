import { expect, test } from 'vitest';
import { conclusionOf } from '../../src/ab/experiment.ts';
import { experimentPanels } from '../../src/ab/figure.ts';
import { experimentJson } from '../../src/ab/json.ts';
import { runExperiment } from '../../src/ab/run-experiment.ts';
import type { Settings } from '../../src/ab/settings.ts';
import { type Experiment, experimentText } from '../../src/ab/text.ts';
import { verdictLines } from '../../src/ab/words.ts';
import { noisyPlayer, SETTINGS } from './noisy-arms.ts';

async function experiment(gain: number, more: Partial<Settings> = {}): Promise<Experiment> {
  const settings = { ...SETTINGS, ...more };
  const arms = { noise: 'independent', requests: 20, runSigma: 0.03, seed: 's', gain } as const;
  const { rounds } = await runExperiment(settings, [], {
    slo: undefined,
    playStep: noisyPlayer(arms),
  });
  return {
    name: 'demo',
    isSimulated: true,
    settings,
    differences: [{ path: 'engine.policy', a: 'fcfs', b: 'sjf' }],
    rounds,
    outcome: 'ok',
    dir: 'runs/ab-demo-20261128-120000',
  };
}

test('an experiment reads so', async () => {
  const text = experimentText(await experiment(0.1));
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  await expect(text).toMatchFileSnapshot('../golden/ab/better.txt');
});

const first = async (one: Promise<Experiment>) => {
  const found = await one;
  return verdictLines(conclusionOf(found.settings, found.rounds), found);
};

test('the verdict is a sentence for everything that can be found', async () => {
  expect((await first(experiment(0.1)))[0]).toMatch(/^B is better by \d+\.\d % of TTFT \(/);
  expect((await first(experiment(-0.1)))[0]).toMatch(/^B is worse by \d+\.\d % of TTFT \(/);
  expect((await first(experiment(0, { minGain: 0.2 })))[0]).toMatch(/^B is neither better nor /);
  expect((await first(experiment(0, { roundsMax: 6 })))[0]).toMatch(
    /^Cannot tell after 6 rounds, 240 requests: .* shows after some \d+ rounds\.$/,
  );
});

test('what ended it is said, and what it has not found', async () => {
  const found = { ...(await experiment(0)), rounds: [], outcome: 'interrupted' as const };
  expect(verdictLines(conclusionOf(found.settings, []), found)).toEqual([
    'Nothing is known of B: no round of A and B was played.',
    expect.stringContaining('No controls were played'),
    expect.stringContaining('It was interrupted'),
  ]);
});

test('the JSON has everything, each round too', async () => {
  const found = await experiment(0.1);
  const json = JSON.parse(experimentJson(found));
  expect(json).toMatchObject({ format: 'confab-ab-result', finding: 'better', isExpected: true });
  expect(json.measures.ttft.gain.low).toBeGreaterThan(0);
  expect(json.played).toHaveLength(found.rounds.length);
});

test('the figure has the difference with its interval over rounds, beside the noise floor', async () => {
  const found = await experiment(0.1);
  const [difference, single] = experimentPanels(found.settings, found.rounds);
  const names = (panel: typeof difference) => panel!.series.map(({ name }) => name);
  expect(names(difference)).toEqual(['mean so far', 'lower end', 'upper end', 'no difference']);
  expect(names(single)).toEqual(['B over A', 'A over A: the noise floor']);
});

test('what a control refuses is said with what it has seen, and what that means', async () => {
  const found = await experiment(0.1, { controls: ['no-reuse'], controlRounds: 2 });
  const warm = found.rounds.slice(0, 2).map((round) => {
    const hits = { a: 0, b: 0.9, difference: 0.9 };
    const { measures } = round.pair;
    return { ...round, pair: { ...round.pair, measures: { ...measures, 'hit-share': hits } } };
  });
  const [line] = verdictLines(conclusionOf(found.settings, warm), { ...found, rounds: warm });
  expect(line).toMatch(
    /^REFUSED: .* "no reuse" shows what cannot be, cached are 0\.0 % of the tokens of A and 90\.0 % of those of B: .*\(a warm cache\)/,
  );
});
