import { expect, test } from 'vitest';
import { Gate } from '../../src/user/gate.ts';

test('a slot that is given up passes to the first waiter, without becoming free in between', () => {
  const gate = new Gate({ cap: 1 });
  const order: string[] = [];
  gate.take();
  expect(gate.hasRoom).toBe(false);
  gate.wait(() => order.push('first'));
  gate.wait(() => order.push('second'));
  gate.leave();
  expect(order).toEqual(['first']);
  expect(gate.hasRoom).toBe(false);
  gate.leave();
  gate.leave();
  expect(order).toEqual(['first', 'second']);
  expect(gate.inFlight).toBe(0);
});

test('who stopped waiting is passed over', () => {
  const gate = new Gate({ cap: 1 });
  const order: string[] = [];
  gate.take();
  const stop = gate.wait(() => order.push('gone'));
  gate.wait(() => order.push('there'));
  stop();
  gate.leave();
  expect(order).toEqual(['there']);
});

test('the gate closes with the last request, and says so once', () => {
  let told = 0;
  const gate = new Gate({ requestsMax: 2, onLastRequest: () => told++ });
  gate.countRequest();
  expect(gate.isClosed).toBe(false);
  gate.countRequest();
  gate.countRequest();
  expect(gate.isClosed).toBe(true);
  expect(told).toBe(1);
});
