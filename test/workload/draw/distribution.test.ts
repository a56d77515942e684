import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviation, mean } from 'd3-array';
import { describe, expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { type Distribution, distribution } from '../../../src/scenario/distribution.ts';
import { countSampler, cvOf, meanOf, sampler } from '../../../src/workload/draw/distribution.ts';
import { scratchDir } from '../scratch.ts';

const DRAWS = 40_000;

function draws(d: Distribution, count = DRAWS): number[] {
  const draw = sampler(d);
  const rng = stream(7, 'draws');
  return Array.from({ length: count }, () => draw(rng));
}

function parsed(d: unknown): Distribution {
  return distribution(1e6).parse(d);
}

describe('moments', () => {
  test.each([
    // distribution, mean, cv
    [5, 5, 0],
    [{ distribution: 'constant', value: 3 }, 3, 0],
    [{ distribution: 'uniform', min: 2, max: 6 }, 4, 4 / Math.sqrt(12) / 4],
    [{ distribution: 'exponential', mean: 20 }, 20, 1],
    [{ distribution: 'lognormal', mean: 100, cv: 0.5 }, 100, 0.5],
    [{ distribution: 'lognormal', mean: 10, sigma: 0.8 }, 10, Math.sqrt(Math.exp(0.64) - 1)],
    [{ distribution: 'gamma', mean: 30, cv: 2 }, 30, 2],
    [{ distribution: 'gamma', mean: 30, cv: 0.25 }, 30, 0.25],
    [{ distribution: 'normal', mean: 50, std: 5 }, 50, 0.1],
    [{ distribution: 'data', values: [1, 2, 3, 6] }, 3, Math.sqrt(3.5) / 3],
    // 1, 2 and 3 weigh 1, 1/2 and 1/3: their mean is 3 / (11 / 6).
    [
      { distribution: 'zipf', alpha: 1, max: 3 },
      18 / 11,
      Math.sqrt(36 / 11 - (18 / 11) ** 2) / (18 / 11),
    ],
    [{ distribution: 'zipf', alpha: 0, min: 2, max: 6 }, 4, Math.sqrt(2) / 4],
  ])('%j has mean %d and cv %d, and so have its draws', (input, expectedMean, expectedCv) => {
    const d = parsed(input);
    expect(meanOf(d)).toBeCloseTo(expectedMean, 9);
    expect(cvOf(d)).toBeCloseTo(expectedCv, 9);
    const sample = draws(d);
    // Five standard errors of the mean.
    const error = (5 * expectedCv * expectedMean) / Math.sqrt(DRAWS);
    expect(Math.abs(mean(sample)! - expectedMean)).toBeLessThanOrEqual(error + 1e-9);
    expect(deviation(sample)! / expectedMean).toBeCloseTo(expectedCv, expectedCv >= 1 ? 0 : 1);
  });

  test.each([
    { distribution: 'exponential', mean: 5, max: 9 },
    { distribution: 'lognormal', mean: 5, cv: 1, min: 2 },
    { distribution: 'gamma', mean: 5, cv: 1, max: 50 },
    { distribution: 'normal', mean: 5, std: 3 },
    { distribution: 'zipf', alpha: 1.5 },
  ])('%j is bounded, or has no mean that is known: none is claimed', (input) => {
    expect(meanOf(parsed(input))).toBeUndefined();
    expect(cvOf(parsed(input))).toBeUndefined();
  });
});

describe('bounds', () => {
  test('are clipped to by a lognormal', () => {
    const sample = draws(parsed({ distribution: 'lognormal', mean: 5, cv: 2, min: 2, max: 9 }));
    expect(Math.min(...sample)).toBe(2);
    expect(Math.max(...sample)).toBe(9);
  });

  test('make a normal draw again, so that no value piles up at them', () => {
    const d = parsed({ distribution: 'normal', mean: 5, std: 3, min: 2, max: 6 });
    const sample = draws(d);
    expect(sample.every((value) => value > 2 && value < 6)).toBe(true);
    expect(new Set(sample).size).toBeGreaterThan(DRAWS * 0.99);
  });

  test('of Zipf’s law are kept, and without a most its numbers have to become rare', () => {
    const sample = draws(parsed({ distribution: 'zipf', alpha: 2, min: 3 }));
    expect(Math.min(...sample)).toBe(3);
    expect(sample.every(Number.isInteger)).toBe(true);
    expect(() => parsed({ distribution: 'zipf', alpha: 1 })).toThrow();
  });

  test('of a normal without room are a usage error, before anything runs', () => {
    const d = parsed({ distribution: 'normal', mean: 5, std: 1, min: 20 });
    expect(() => sampler(d)).toThrow(/found mean 5, std 1.*from 20 to Infinity/);
  });
});

describe('counts', () => {
  test('of a uniform between whole numbers are all equally likely', () => {
    const draw = countSampler(parsed({ distribution: 'uniform', min: 2, max: 4 }), 1);
    const rng = stream(1, 'counts');
    const seen = new Map<number, number>();
    for (let i = 0; i < 9000; i++) {
      const value = draw(rng);
      seen.set(value, (seen.get(value) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual([2, 3, 4]);
    for (const count of seen.values()) expect(Math.abs(count - 3000)).toBeLessThan(250);
  });

  test('are rounded, and no less than the least', () => {
    expect(countSampler(2.6, 1)(stream(1))).toBe(3);
    expect(countSampler(0, 1)(stream(1))).toBe(1);
  });
});

describe('data files', () => {
  const dir = scratchDir();
  const dataOf = (text: string): Distribution => {
    const file = join(dir, 'numbers.txt');
    writeFileSync(file, text);
    return { distribution: 'data', file };
  };

  test.each([
    ['1\n2.5\n\n4\r\n', [1, 2.5, 4]],
    [' [3, 4e1]', [3, 40]],
  ])('%j gives %j', (text, values) => {
    const sample = new Set(draws(dataOf(text), 200));
    expect([...sample].sort((a, b) => a - b)).toEqual(values);
  });

  test.each([
    ['1\nx\n', /numbers\.txt: line 2: found "x"; expected a number >= 0/],
    ['1\n-2\n', /numbers\.txt: line 2: found "-2"/],
    ['[1, "2"]', /item 1: found "2"/],
    ['[1,', /found \[1,, which breaks off; expected JSON/],
    ['\n', /no numbers/],
  ])('%j is refused, with its place', (text, message) => {
    expect(() => sampler(dataOf(text))).toThrow(message);
  });

  test('that are missing are named', () => {
    expect(() => sampler({ distribution: 'data', file: 'nowhere.txt' })).toThrow(
      /cannot read data file nowhere.txt/,
    );
  });
});

test('draws depend on the stream alone, not on what was drawn from others', () => {
  const draw = sampler(parsed({ distribution: 'normal', mean: 50, std: 5 }));
  const [a, b, c] = [stream(1, 'x'), stream(1, 'x'), stream(2, 'y')];
  const alone = [draw(a), draw(a), draw(a)];
  const mixed = [draw(b)];
  draw(c);
  mixed.push(draw(b));
  draw(c);
  mixed.push(draw(b));
  expect(mixed).toEqual(alone);
});
