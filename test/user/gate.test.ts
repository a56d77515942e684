import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { stream } from '../../src/base/random.ts';
import { Gate, type GateOptions } from '../../src/user/gate.ts';

function gateOf(options: Omit<GateOptions, 'clock'>) {
  const clock = new VirtualClock();
  return { clock, gate: new Gate({ clock, ...options }) };
}

test('a slot that is given up passes to the first waiter', () => {
  const { clock, gate } = gateOf({ cap: 1 });
  const order: string[] = [];
  gate.take();
  expect(gate.hasRoom).toBe(false);
  gate.wait(() => order.push('first'), false);
  gate.wait(() => order.push('second'), false);
  clock.run();
  expect(order).toEqual([]);
  gate.leave();
  expect(order).toEqual(['first']);
  expect(gate.hasRoom).toBe(false);
  gate.leave();
  gate.leave();
  expect(order).toEqual(['first', 'second']);
  expect(gate.inFlight).toBe(0);
});

test('who stopped waiting is passed over', () => {
  const { gate } = gateOf({ cap: 1 });
  const order: string[] = [];
  gate.take();
  const stop = gate.wait(() => order.push('gone'), false);
  gate.wait(() => order.push('there'), false);
  stop();
  gate.leave();
  expect(order).toEqual(['there']);
});

test('M-40 newest first: conversations that begin together are served from the last, then in turn', () => {
  const { clock, gate } = gateOf({ cap: 1, order: 'newestFirst' });
  const order: string[] = [];
  const play = (name: string, turn: number): void => {
    gate.wait(() => {
      order.push(name);
      clock.setTimeout(() => {
        gate.leave();
        if (turn < 2) play(name, turn + 1);
      }, 10);
    }, turn === 0);
  };
  for (const name of ['A', 'B', 'C']) play(name, 0);
  clock.run();
  expect(order.join(' ')).toBe('C B A C B A C B A');
});

test('M-40 random order depends on the seed alone, and everybody has a turn', () => {
  const orderOf = (seed: number): string => {
    const { clock, gate } = gateOf({ cap: 1, order: 'random', rng: stream(seed, 'order') });
    const order: number[] = [];
    for (let i = 0; i < 10; i++) {
      gate.wait(() => {
        order.push(i);
        clock.setTimeout(() => gate.leave(), 10);
      }, true);
    }
    clock.run();
    expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    return order.join();
  };
  expect(orderOf(1)).toBe(orderOf(1));
  expect(orderOf(1)).not.toBe(orderOf(2));
});

test('a slot at rest is taken', () => {
  const { clock, gate } = gateOf({ cap: 1, restMs: () => 500 });
  const granted: number[] = [];
  gate.take();
  clock.setTimeout(() => gate.leave(), 100);
  gate.wait(() => granted.push(clock.now()), false);
  clock.run();
  expect(granted).toEqual([600]);
});

test('requests that had to wait for a slot catch up with their pace', () => {
  const { clock, gate } = gateOf({ cap: 1, gapMs: () => 100 });
  const granted: number[] = [];
  const play = (): void => {
    gate.wait(() => {
      granted.push(clock.now());
      // The second takes long.
      clock.setTimeout(() => gate.leave(), granted.length === 2 ? 250 : 10);
      if (granted.length < 6) play();
    }, false);
  };
  play();
  clock.run();
  expect(granted).toEqual([0, 100, 350, 360, 400, 500]);
});

test('the gate closes with the last request, and says so once', () => {
  let told = 0;
  const { gate } = gateOf({ requestsMax: 2, onLastRequest: () => told++ });
  gate.countRequest();
  expect(gate.isClosed).toBe(false);
  gate.countRequest();
  gate.countRequest();
  expect(gate.isClosed).toBe(true);
  expect(told).toBe(1);
});
