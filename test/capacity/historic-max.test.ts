import fc from 'fast-check';
import { test } from 'vitest';
import { HistoricMax } from '../../src/capacity/historic-max.ts';

const PLACES = 130;

test('the most that each number has been is what a plain row of numbers says', () => {
  const change = fc.tuple(
    fc.constantFrom('set', 'addFrom', 'mostAt'),
    fc.integer({ min: 0, max: PLACES - 1 }),
    fc.integer({ min: -9, max: 9 }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
      const tree = new HistoricMax();
      const now: number[] = [];
      const most: number[] = [];
      return changes.every(([what, place, value]) => {
        if (what === 'mostAt')
          return most[place] === undefined || tree.mostAt(place) === most[place];
        if (what === 'set') {
          tree.set(place, value);
          now[place] = value;
          most[place] = value;
          return true;
        }
        tree.addFrom(place, value);
        for (const at of Object.keys(now).map(Number)) {
          if (at < place) continue;
          now[at]! += value;
          most[at] = Math.max(most[at]!, now[at]!);
        }
        return true;
      });
    }),
  );
});
