import { expect, test } from 'vitest';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { openPoints } from '../../src/sessions/points.ts';
import { playInProcess, playingSilently, scenarioHere } from '../support/play-in-process.ts';

playingSilently();

/** Plays points of groups and sessions, and says what was played. */
async function played(input: ScenarioInput, points: [groups: number, sessions: number][]) {
  const runs: { name: string; users: number[]; inFlightMax: number | undefined }[] = [];
  const playPoint = await openPoints({
    scenario: scenarioHere({ conversation: { rounds: 2, text: 'hi' }, ...input }),
    gapSec: 0,
    hasOwnEngine: true,
    async play(scenario) {
      const run = await playInProcess({}, { scenario });
      const users = run.run.parts.flatMap(({ records }) => records.map(({ userId }) => userId));
      const inFlightMax = scenario.population.maxInFlight;
      runs.push({ name: scenario.name, users: [...new Set(users)].sort(), inFlightMax });
      return run;
    },
    warn: (line) => {
      throw new Error(line);
    },
  });
  const outcomes = [];
  for (const [groups, sessions] of points) outcomes.push(await playPoint({ groups, sessions }));
  return { runs, outcomes };
}

test('a point is a run of its own, by users of its own', async () => {
  const { runs, outcomes } = await played({ name: 'x' }, [
    [1, 2],
    [2, 1],
  ]);
  expect(runs).toEqual([
    { name: 'x-1x2', users: [1, 2], inFlightMax: 1 },
    { name: 'x-2x1', users: [3, 4], inFlightMax: 2 },
  ]);
  expect(outcomes[0]).toMatchObject({ outcome: 'ok', point: { completed: 4, failed: 0 } });
});

test('what the run measured is the point, also where a threshold was not kept', async () => {
  const { outcomes } = await played({ thresholds: { ttftMs: { mean: 1 } } }, [[1, 1]]);
  expect(outcomes[0]).toMatchObject({
    outcome: 'failed',
    point: { groups: 1, sessions: 1, completed: 2, followUpTtftP95Ms: expect.closeTo(50) },
  });
});
