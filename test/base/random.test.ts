import { mean } from 'd3-array';
import { expect, test } from 'vitest';
import { below, stream } from '../../src/base/random.ts';

test('a stream depends on its name alone', () => {
  const draws = (seed: string | number, ...name: (string | number)[]) => {
    const rng = stream(seed, ...name);
    return [rng(), rng(), rng()];
  };
  expect(draws(1, 'user', 7)).toEqual(draws(1, 'user', 7));
  expect(draws(1, 'user', 7)).not.toEqual(draws(1, 'user', 8));
  expect(draws(1, 'user', 7)).not.toEqual(draws(2, 'user', 7));
  // Known for ever: a change here changes every workload.
  expect(draws(0, 'user', 1)).toMatchInlineSnapshot(`
    [
      0.26210124092176557,
      0.7962022186256945,
      0.22935866634361446,
    ]
  `);
});

test('first draws of consecutively named streams are uniform and uncorrelated', () => {
  const count = 40_000;
  const draws = Array.from({ length: count }, (_, i) => stream('seed', 'user', i, 'think')());
  expect(mean(draws)).toBeCloseTo(0.5, 2);
  for (const lag of [1, 2, 10, 100]) {
    const products = draws.slice(lag).map((draw, i) => (draw - 0.5) * (draws[i]! - 0.5) * 12);
    // Standard error 1 / sqrt(40000) = 0.005.
    expect(Math.abs(mean(products)!)).toBeLessThan(0.02);
  }
  const cells = new Array<number>(100).fill(0);
  for (let i = 0; i + 1 < count; i++) {
    const cell = Math.floor(draws[i]! * 10) * 10 + Math.floor(draws[i + 1]! * 10);
    cells[cell] = cells[cell]! + 1;
  }
  const expected = (count - 1) / 100;
  const chiSquare = cells.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
  // 99 degrees of freedom: 99 +- 14.
  expect(chiSquare).toBeLessThan(160);
});

test('below gives whole numbers of the range', () => {
  const rng = stream(0, 'below');
  const seen = new Set(Array.from({ length: 1000 }, () => below(rng, 5)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
});
