import { describe, expect, test } from 'vitest';
import { FaultInjector } from '../../../src/engine/faults/faults.ts';
import { submitWithFaults } from '../../../src/engine/faults/faulty-submit.ts';
import { Bench, privateTokens } from '../../support/engine-rig.ts';

function faultsOf(...rules: string[]) {
  return new FaultInjector(rules, 0).next();
}

test.each([
  ['status=503', { status: 503 }],
  ['delay=2s', { delayMs: 2000 }],
  ['delay=1.5ms', { delayMs: 1.5 }],
  ['reset', { breakOff: { kind: 'reset', afterTokens: undefined } }],
  ['reset-mid', { breakOff: { kind: 'reset', afterTokens: 3 } }],
  ['stall', { breakOff: { kind: 'stall', afterTokens: 0 } }],
  ['stall-mid=7', { breakOff: { kind: 'stall', afterTokens: 7 } }],
  ['garbage=0', { breakOff: { kind: 'garbage', afterTokens: 0 } }],
  ['truncate', { breakOff: { kind: 'truncate', afterTokens: 3 } }],
  ['error-event', { breakOff: { kind: 'error-event', afterTokens: 3 } }],
  ['no-usage', { isWithoutUsage: true }],
  ['empty@1', { isEmpty: true }],
])('%s', (rule, faults) => {
  expect(faultsOf(rule)).toEqual(faults);
});

test.each([
  'status',
  'status=200',
  'delay=2',
  'reset=1',
  'stall-mid=x',
  'toString',
  'status=503@2',
  'status=503@',
  'status=503@every=0',
  'status=503@often',
  '',
])("'%s' is refused, with all that is accepted", (rule) => {
  expect(() => faultsOf('reset', rule)).toThrow(`found '${rule}'; expected FAULT, FAULT@PROB`);
  expect(() => faultsOf('reset', rule)).toThrow(/status=CODE, delay=2s.*empty/);
});

test('every=3 is every third request', () => {
  const injector = new FaultInjector(['status=500@every=3'], 0);
  const hit = Array.from({ length: 9 }, () => injector.next() !== undefined);
  expect(hit).toEqual([false, false, true, false, false, true, false, false, true]);
});

test('a probability is met in the long run, by the seed and the number of the request alone', () => {
  const draw = (seed: number, others: string[]) => {
    const injector = new FaultInjector(['status=500@0.1', ...others], seed);
    return Array.from({ length: 2000 }, () => injector.next()?.status === 500);
  };
  const hits = draw(1, []).filter(Boolean).length;
  // The standard deviation is 13.
  expect(Math.abs(hits - 200)).toBeLessThan(55);
  expect(draw(1, ['delay=1s@0.5'])).toEqual(draw(1, []));
  expect(draw(2, [])).not.toEqual(draw(1, []));
});

test('faults add up; of two that contradict each other the first counts, and a planted one first of all', () => {
  expect(faultsOf('delay=1s', 'stall', 'reset')).toEqual({
    delayMs: 1000,
    breakOff: { kind: 'stall', afterTokens: 0 },
  });
  const injector = new FaultInjector(['status=500'], 0);
  expect(injector.next('status=503, delay=2s')).toEqual({ status: 503, delayMs: 2000 });
  expect(injector.next()).toEqual({ status: 500 });
});

describe('a request with faults', () => {
  function heard(rule: string, answer = 5): { events: string[]; bench: Bench } {
    const bench = new Bench({ apiMs: 0 });
    const events: string[] = [];
    const request = {
      promptTokens: Int32Array.from(privateTokens(1, 20)),
      maxTokens: answer,
      ignoreEos: true,
    };
    submitWithFaults(bench.engine, request, faultsOf(rule), {
      onQueued: (atMs) => events.push(`queued ${atMs}`),
      onToken: () => events.push('token'),
      onEnd: ({ outputTokens }) => events.push(`end ${outputTokens}`),
      onError: ({ code }) => events.push(`error ${code}`),
      onBreak: (kind) => events.push(kind),
    });
    bench.clock.run();
    return { events, bench };
  }

  test.each([
    ['status=429', ['error 429']],
    ['delay=250ms', ['queued 250', 'token', 'token', 'token', 'token', 'token', 'end 5']],
    ['reset', ['reset']],
    ['stall', ['queued 0', 'stall']],
    ['truncate=2', ['queued 0', 'token', 'token', 'truncate']],
    ['empty', ['queued 0', 'end 5']],
  ])('%s', (rule, events) => {
    const { events: found, bench } = heard(rule);
    expect(found).toEqual(events);
    expect(bench.engine.stats).toMatchObject({ running: 0, kvUsage: 0 });
  });

  test('breaks at its end if it is shorter than that', () => {
    expect(heard('reset-mid=9', 2).events).toEqual(['queued 0', 'token', 'token', 'reset']);
  });
});
