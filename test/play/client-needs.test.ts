import { describe, expect, test } from 'vitest';
import {
  openFilesIn,
  type ProcessLimits,
  portsIn,
  processLimits,
} from '../../src/base/process-limits.ts';
import { type ClientNeeds, checkLimits, clientNeeds } from '../../src/play/client-needs.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';

const LIMITS: ProcessLimits = {
  openFiles: 256,
  openNow: 20,
  ports: 28_232,
  memoryBytes: 16e9,
  heapBytes: 4e9,
};

const URL = { url: 'http://h' };
const needs = (input: ScenarioInput, workload = {}): ClientNeeds =>
  clientNeeds(parseScenario({ target: URL, ...input }), workload);

describe('what a scenario needs from the beginning', () => {
  const closed = (concurrency: number) => ({ process: 'closed', concurrency }) as const;
  test.each<[string, ScenarioInput, Partial<ClientNeeds>]>([
    ['a closed loop', { population: { arrivals: closed(300) } }, { live: 300, connections: 300 }],
    ['of fewer users', { population: { arrivals: closed(300), users: 7 } }, { connections: 7 }],
    [
      'with requests that wait',
      { population: { arrivals: closed(300), maxInFlight: 10 } },
      { live: 300, connections: 10 },
    ],
    [
      'of several processes',
      { population: { arrivals: closed(300), partition: { index: 0, of: 4 } } },
      { connections: 75 },
    ],
    [
      'all at once',
      { population: { arrivals: { process: 'allAtOnce' }, users: 500 } },
      { live: 500, connections: 500 },
    ],
    [
      'at a rate',
      { population: { arrivals: { process: 'poisson', usersPerSec: 10 } } },
      { live: 1, connections: 1, connectionsBehind: 601 },
    ],
    ['a warm-up', { warmup: { requests: 99 } }, { connections: 99 }],
    ['an engine of its own', { target: { url: 'embedded' } }, { filesPerConnection: 2 }],
  ])('%s', (_, input, needed) => {
    expect(needs(input)).toMatchObject(needed);
  });

  test('in text', () => {
    const { textBytes } = needs({
      conversation: {
        userHistory: { tokens: 1000 },
        question: { tokens: 30 },
        answer: { tokens: 70 },
        rounds: 10,
      },
      population: { arrivals: closed(100) },
    });
    expect(textBytes).toBe(100 * 2000 * 5 * 2);
  });
});

describe('against what there is', () => {
  const some = { live: 1, connections: 1, connectionsBehind: 1, filesPerConnection: 1 };
  const check = (needed: Partial<ClientNeeds>, limits: Partial<ProcessLimits> = {}) =>
    checkLimits({ ...some, textBytes: undefined, ...needed }, { ...LIMITS, ...limits });

  test('enough is nothing to speak of; what the system does not say is enough', () => {
    expect(check({ connections: 204 })).toEqual([]);
    const unknown = { openFiles: undefined, openNow: undefined, ports: undefined };
    expect(check({ connections: 1e6 }, unknown)).toEqual([]);
    expect(check({ connections: 1e4 }, { openFiles: Infinity })).toEqual([]);
  });

  test.each<[Partial<ClientNeeds>, Partial<ProcessLimits>, string]>([
    [
      { connections: 300 },
      {},
      '300 connections at the same time need 352 open files, and this process may have 256: raise its limit, as with ulimit -n 423, or set population.maxInFlight to 204 or less',
    ],
    [
      { connections: 120, filesPerConnection: 2 },
      {},
      '120 connections at the same time need 292 open files, and this process may have 256',
    ],
    [{ connections: 20 }, { openFiles: 60 }, 'need 72 open files, and this process may have 60'],
    [
      { connections: 30_000 },
      { openFiles: 1e6 },
      '30000 connections at the same time need as many ports, and this machine has 28232',
    ],
  ])('%j is refused', (needed, limits, says) => {
    expect(() => check(needed, limits)).toThrow(says);
  });

  test('each of several processes has files and a heap of its own, but where the engine is in one of them', () => {
    const by = (processes: number, needed: Partial<ClientNeeds>) =>
      checkLimits({ ...some, textBytes: undefined, ...needed }, LIMITS, processes);
    expect(by(2, { connections: 300 })).toEqual([]);
    expect(() => by(2, { connections: 500 })).toThrow(
      '500 connections at the same time need 302 open files, and each of 2 processes may have 256: raise its limit, as with ulimit -n 363, or set population.maxInFlight to 408 or less',
    );
    expect(() => by(2, { connections: 120, filesPerConnection: 2 })).toThrow(
      'and this process may have 256',
    );
    expect(by(2, { textBytes: 8e9 })).toEqual([]);
  });

  test('what may come to be missing is a warning', () => {
    expect(check({ connectionsBehind: 600 })).toEqual([
      'an engine that falls a minute behind has 600 requests in flight, which need 652 open files, and this process may have 256: raise its limit, as with ulimit -n 783, or set population.maxInFlight to 204 or less',
    ]);
    expect(check({ textBytes: 40e9, live: 9 })).toEqual([
      'the texts of 9 live conversations come to about 40.0 GB in memory, and this machine has 16.0 GB',
    ]);
    expect(check({ textBytes: 8e9, live: 9 })).toEqual([
      'the texts of 9 live conversations come to about 8.0 GB, half of it on the heap, which may have 4.0 GB: give it more, as with NODE_OPTIONS=--max-old-space-size=6000',
    ]);
  });
});

test('the limits of a process are read as Linux writes them', () => {
  const limits =
    'Limit                     Soft Limit           Hard Limit           Units     \n' +
    'Max open files            256                  1048576              files     \n';
  expect(openFilesIn(limits)).toBe(256);
  expect(openFilesIn(limits.replace('256      ', 'unlimited'))).toBe(Infinity);
  expect(openFilesIn('')).toBeUndefined();
  expect(portsIn('32768\t60999\n')).toBe(28_232);
  expect(portsIn('')).toBeUndefined();
  expect(processLimits().heapBytes).toBeGreaterThan(0);
});
