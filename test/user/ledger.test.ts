import { expect, test } from 'vitest';
import { Ledger } from '../../src/user/ledger.ts';

function ledger(...steps: ((ledger: Ledger) => void)[]): Ledger {
  const made = new Ledger('measure');
  for (const step of steps) step(made);
  return made;
}

const arrived = (userId: number) => (one: Ledger) => one.arrived(userId);
const plan = (userId: number, requests: number) => (one: Ledger) => one.plan(userId, requests);
const recorded = (userId: number) => (one: Ledger) => one.recorded(userId);

test('in balance: each planned request has its record, also of a user with nothing to say', () => {
  const one = ledger(arrived(1), plan(1, 2), arrived(2), recorded(1), plan(2, 0), recorded(1));
  expect(one.defects()).toEqual([]);
  expect(one.planned).toBe(2);
});

test.each([
  [
    'a record too few',
    [arrived(3), plan(3, 2), recorded(3)],
    'user 3: 1 planned requests have no record',
  ],
  [
    'a record too many',
    [arrived(3), plan(3, 1), recorded(3), recorded(3)],
    'user 3: 1 records more than planned requests',
  ],
  ['records of nobody', [recorded(4), recorded(4)], 'user 4: 2 records more than planned requests'],
  ['a user who was lost', [arrived(5)], 'user 5 arrived and was never played'],
])('%s', (_, steps, said) => {
  expect(ledger(...steps).defects()).toEqual([`measure: ${said}`]);
});

test('one too many of a user does not make up for one too few of another', () => {
  const one = ledger(plan(1, 1), plan(2, 1), recorded(1), recorded(1));
  expect(one.defects()).toHaveLength(2);
});
