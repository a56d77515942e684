import { expect, test } from 'vitest';
import { offeredLoad, queueOf } from '../../src/population/offered-load.ts';
import { isShareOf, shareOf } from '../../src/population/partition.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';

const closed = (population: ScenarioInput['population'], played?: number[]) => {
  const scenario = parseScenario({
    population: { arrivals: { process: 'closed', concurrency: 3 }, ...population },
  });
  const load = offeredLoad(scenario, { played: played && new Set(played) });
  if (load.loop === 'open') throw new Error('expected a closed loop');
  return load.slots.map((slot) => {
    const users: number[] = [];
    for (let next = slot.next(); !next.done && users.length < 4; next = slot.next()) {
      users.push(next.value);
    }
    return users;
  });
};

test.each<[ScenarioInput['population'], number[] | undefined, number[][]]>([
  [
    { users: 7 },
    undefined,
    [
      [1, 4, 7],
      [2, 5],
      [3, 6],
    ],
  ],
  [{ users: 7, firstUserId: 11 }, [11, 12, 14], [[17], [15], [13, 16]]],
  [{ users: 2 }, undefined, [[1], [2], []]],
  [
    {},
    undefined,
    [
      [1, 4, 7, 10],
      [2, 5, 8, 11],
      [3, 6, 9, 12],
    ],
  ],
  [
    { users: 7, partition: { index: 0, of: 2 } },
    undefined,
    [
      [1, 4, 7],
      [3, 6],
    ],
  ],
  [{ users: 7, partition: { index: 1, of: 2 } }, undefined, [[2, 5]]],
])('each slot of %j has users of its own, without those played before %j', (own, played, users) => {
  expect(closed(own, played)).toEqual(users);
});

test('of an open loop a partition has every nth user, at the times of the whole', () => {
  const due = (population: ScenarioInput['population']) => {
    const arrivals = { process: 'constant', usersPerSec: 1 } as const;
    const load = offeredLoad(parseScenario({ population: { users: 5, arrivals, ...population } }));
    if (load.loop === 'closed') throw new Error('expected an open loop');
    return [...(load.arrivals as Generator<{ userId: number; dueMs: number }>)].map(
      ({ userId, dueMs }) => [userId, dueMs],
    );
  };
  const of = 2;
  expect(due({ firstUserId: 11, partition: { index: 0, of } })).toEqual([
    ...[
      [11, 0],
      [13, 2000],
      [15, 4000],
    ],
  ]);
  expect(due({ firstUserId: 11, partition: { index: 1, of } })).toEqual([
    ...[
      [12, 1000],
      [14, 3000],
    ],
  ]);
});

test('a share is every nth, and of a run in one piece everything', () => {
  expect([0, 1, 2, 3].map((index) => isShareOf(undefined, index))).toEqual(Array(4).fill(true));
  const items = ['a', 'b', 'c', 'd', 'e'];
  const share = (index: number) => [
    ...shareOf({ index, of: 3 }, items, (item) => items.indexOf(item)),
  ];
  expect([0, 1, 2].map(share)).toEqual([['a', 'd'], ['b', 'e'], ['c']]);
});

test('a queue has each user once: the first ones, then all others, without those played before', () => {
  const { population, ...rest } = parseScenario({ population: { users: 5, firstUserId: 3 } });
  const scenario = { ...rest, population };
  const queue = (options?: Parameters<typeof queueOf>[1]) => [...queueOf(scenario, options)];
  expect(queue()).toEqual([3, 4, 5, 6, 7]);
  expect(queue({ first: [6, 4, 6] })).toEqual([6, 4, 3, 5, 7]);
  expect(queue({ played: new Set([4, 7]), first: [7, 5] })).toEqual([5, 3, 6]);
  const endless = queueOf({ ...scenario, population: { ...population, users: undefined } });
  expect(Array.from({ length: 9 }, () => endless.next().value).at(-1)).toBe(11);
});
