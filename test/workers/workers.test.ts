import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { mergedEnd } from '../../src/workers/ends.ts';
import { partitionOf } from '../../src/workers/partition.ts';
import { workersOfMachine } from '../../src/workers/workers.ts';
import { smallWorkload } from '../support/small-workload.ts';

function chosen(
  input: ScenarioInput,
  { cores = 8, alone }: { cores?: number; alone?: string } = {},
) {
  const said: string[] = [];
  const scenario = parseScenario({ target: { url: 'http://localhost:1' }, ...input });
  const workers = workersOfMachine(cores, (line) => said.push(line));
  return { count: workers.count(scenario, smallWorkload(scenario), alone), said };
}

const closed = (concurrency: number, more: object = {}): ScenarioInput => ({
  population: { arrivals: { process: 'closed', concurrency }, ...more },
});

describe('how many workers play', () => {
  test.each([
    [closed(1000), {}, 1],
    [closed(1001), {}, 2],
    [closed(3500), {}, 4],
    [closed(35_000), {}, 8],
    [closed(35_000), { cores: 1 }, 1],
    [closed(35_000, { workers: 1 }), {}, 1],
    [closed(10, { workers: 3 }), {}, 3],
    [closed(10, { workers: 3 }), { cores: 1 }, 3],
    [closed(3500, { maxIdleSec: 1 }), {}, 1],
    [closed(3500), { alone: 'it is another verb' }, 1],
    [{ ...closed(3500), target: { url: 'embedded' } }, { cores: 3 }, 2],
  ] as const)('%j, %j: %i', (input, machine, count) => {
    expect(chosen(input as ScenarioInput, machine).count).toBe(count);
  });

  test('what is chosen is said, and what would be', () => {
    expect(chosen(closed(10)).said).toEqual([]);
    expect(chosen(closed(2500)).said).toEqual([
      'notice: about 2500 streams at a time are more than one core times rightly: 3 workers play them (--workers 1: one process)',
    ]);
    expect(chosen(closed(2500), { cores: 1 }).said).toEqual([
      'warning: about 2500 streams at a time are more than one core times rightly, and there is no other core for them',
    ]);
    expect(chosen(closed(2500, { maxIdleSec: 1 })).said[0]).toMatch(
      /^warning: about 2500 streams .*, and one process plays them: population\.maxIdleSec /,
    );
  });

  test.each([
    [closed(4, { workers: 2, maxIdleSec: 1 }), 'population.maxIdleSec'],
    [
      { ...closed(4, { workers: 2, maxInFlight: 2 }), warmup: { firstTurns: true } },
      'warmup.firstTurns',
    ],
    [{ ...closed(4, { workers: 2 }), output: { certify: true } }, 'output.certify'],
    [
      {
        population: {
          users: 4,
          workers: 2,
          arrivals: { process: 'clients', clients: 2, conversationsEach: 1 },
        },
      },
      'clients',
    ],
  ] as const)('%j: refused, and why', (input, why) => {
    expect(() => chosen(input as ScenarioInput)).toThrow(UsageError);
    expect(() => chosen(input as ScenarioInput)).toThrow(
      new RegExp(`^population.workers: found 2; expected 1: .*${why}`),
    );
  });
});

test('the workers of a partition play it between them', () => {
  const scenario = parseScenario({ population: { users: 9, partition: { index: 1, of: 3 } } });
  const own = [0, 1].map((index) => partitionOf(scenario, index, 2));
  expect(own).toEqual([
    { index: 1, of: 6 },
    { index: 4, of: 6 },
  ]);
});

describe('the end of several', () => {
  const end = {
    stoppedBy: 'users' as const,
    ...{ measureStartMs: 50, drainStartMs: 900, measureEndMs: 1000 },
    arrivalsEndMs: 700,
    health: {
      eventLoopDelayP50Ms: 1,
      eventLoopDelayP99Ms: 5,
      eventLoopDelayMaxMs: 9,
      eventLoopUtilization: 0.25,
      cpuShare: 0.5,
    },
    lateWindows: [{ fromMs: 100, toMs: 200, cause: 'event loop' as const }],
    loopDelays: { fromMs: 50, everyMs: 1000, maxMs: [4, 2] },
  };

  test('is the last of theirs, the client the worst of them, their CPU that of all', () => {
    const other = {
      ...end,
      stoppedBy: 'duration' as const,
      ...{ drainStartMs: 950, measureEndMs: 990, arrivalsEndMs: 800 },
      health: { ...end.health, eventLoopDelayP99Ms: 7, eventLoopUtilization: 0.1 },
      lateWindows: [{ fromMs: 150, toMs: 300, cause: 'event loop' as const }],
      loopDelays: { fromMs: 50, everyMs: 2000, maxMs: [3, 8] },
    };
    expect(mergedEnd([end, other], undefined, 5000)).toEqual({
      stoppedBy: 'duration',
      ...{ measureStartMs: 50, drainStartMs: 950, measureEndMs: 1000, arrivalsEndMs: 800 },
      health: { ...end.health, eventLoopDelayP99Ms: 7, cpuShare: 1 },
      lateWindows: [{ fromMs: 100, toMs: 300, cause: 'event loop' }],
      loopDelays: { fromMs: 50, everyMs: 2000, maxMs: [4, 8] },
    });
  });

  test('has the reason that was told; who was still to come to one of them was to come to all', () => {
    const { arrivalsEndMs: _, ...waiting } = { ...end, stoppedBy: 'duration' as const };
    const merged = mergedEnd([end, waiting], 'interrupt', 5000);
    expect(merged.stoppedBy).toBe('interrupt');
    expect(merged).not.toHaveProperty('arrivalsEndMs');
  });
});
