import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Counter } from '../../src/server/counter.ts';

test('a counter rises by what is between its pages, series by series', () => {
  const counter = new Counter();
  counter.add('a', '', 5, 'before');
  counter.add('b', '', 100, 'before');
  counter.add('a', '', 7, 'last');
  counter.add('b', '', 101, 'last');
  // It was not there before: it began at 0.
  counter.add('c', '', 3, 'last');
  expect(counter.total).toBe(2 + 1 + 3);
});

test('what is kept apart adds up to the whole, and is there with nothing in it', () => {
  const counter = new Counter();
  for (const by of ['gpu', 'cpu']) counter.add(by, by, 4, 'before');
  counter.add('gpu', 'gpu', 6, 'last');
  expect([counter.total, ...counter.by]).toEqual([2, ['gpu', 2], ['cpu', 0]]);
});

test('a value that fell is that of a server that began at 0', () => {
  const counter = new Counter();
  counter.add('a', '', 50, 'before');
  counter.add('a', '', 60, 'last');
  expect(counter.isBelowLast('a', 4)).toBe(true);
  counter.add('a', '', 4, 'last');
  expect(counter.total).toBe(14);
});

test('of a server that says that it began anew all is counted, also where it is more than before', () => {
  const counter = new Counter();
  counter.add('a', '', 5, 'before');
  counter.add('a', '', 8, 'start');
  counter.add('a', '', 9, 'last');
  expect(counter.total).toBe(9);
});

/** Steps of a counter, and before which of them the server is started again. */
const life = fc.array(fc.record({ more: fc.nat(1000), isStart: fc.boolean() }), {
  minLength: 1,
  maxLength: 30,
});

test('whenever pages are read and servers are started, no more is counted than there was, and all of it if each page saw the end of its server', () => {
  fc.assert(
    fc.property(life, fc.nat(1000), (steps, before) => {
      const counter = new Counter();
      counter.add('a', '', before, 'before');
      let value = before;
      let truth = 0;
      for (const { more, isStart } of steps) {
        value = (isStart ? 0 : value) + more;
        truth += more;
        counter.add('a', '', value, isStart ? 'start' : 'last');
      }
      expect(counter.total).toBe(truth);
    }),
  );
  fc.assert(
    fc.property(life, (steps) => {
      const counter = new Counter();
      counter.add('a', '', 0, 'before');
      let value = 0;
      let truth = 0;
      for (const { more, isStart } of steps) {
        value = (isStart ? 0 : value) + more;
        truth += more;
        // Nobody says that it was started.
        counter.add('a', '', value, 'last');
      }
      expect(counter.total).toBeLessThanOrEqual(truth);
    }),
  );
});
