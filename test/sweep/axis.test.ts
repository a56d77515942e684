import { describe, expect, test } from 'vitest';
import { axisOf, isNumeric, valueText } from '../../src/sweep/axis.ts';

describe('an axis', () => {
  test.each<[string, unknown[]]>([
    ['rate=1,2.5,4', [1, 2.5, 4]],
    ['rate=1..4:1', [1, 2, 3, 4]],
    ['rate=0.1..0.5:0.1', [0.1, 0.2, 0.3, 0.4, 0.5]],
    ['rate=1..64*2', [1, 2, 4, 8, 16, 32, 64]],
    ['rate=0.5,1..3:1', [0.5, 1, 2, 3]],
    ['engine.policy=fcfs,priority', ['fcfs', 'priority']],
    ['engine.prefixCaching=true,false', [true, false]],
    ['target.url=http://a:8000/v1,http://b:8000/v1', ['http://a:8000/v1', 'http://b:8000/v1']],
    ['x={min: 1, max: 2},"a,b"', [{ min: 1, max: 2 }, 'a,b']],
  ])('%s', (text, values) => expect(axisOf(text).values).toEqual(values));

  test('is one of numbers, or of names', () => {
    expect(isNumeric(axisOf('rate=1..4:1'))).toBe(true);
    expect(isNumeric(axisOf('rate=1,inf'))).toBe(false);
    expect(['a', 1, { b: 2 }].map(valueText)).toEqual(['a', '1', '{"b":2}']);
  });

  test.each([
    ['rate', /found 'rate'; expected name=values, as in/],
    ['rate=', /expected name=values/],
    ['=1', /expected name=values/],
    ['rate=1,1', /rate: found 1 more than once/],
    ['rate=1..8', /expected a range with its step/],
    ['rate=8..1:1', /expected a range upwards/],
    ['rate=1..8*1', /expected a range upwards/],
    ['rate=0..8*2', /expected a range upwards/],
    ['rate=1..1e9:1', /found 10001 values; expected 1 to 10000/],
    ['rate={a', /expected values with commas between them/],
  ])('%s is none', (text, expected) => expect(() => axisOf(text)).toThrow(expected));
});
