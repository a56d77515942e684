import { expect, test } from 'vitest';
import { type Cause, type Fit, type Observations, regress } from '../../src/attribution/fit.ts';
import { type Rng, stream } from '../../src/base/random.ts';

const REQUESTS = 200;
const column = (of: (index: number) => number, count = REQUESTS) =>
  Float64Array.from({ length: count }, (_, index) => of(index));

function observations(rng: Rng, scatterMs: (index: number) => number): Observations<string> {
  const a = column(() => 1000 * rng());
  const b = column(() => 10 * rng());
  return {
    timesMs: column((i) => 20 + 0.03 * a[i]! + 2 * b[i]! + scatterMs(i) * normal(rng)),
    causes: [
      { name: 'a', values: a },
      { name: 'b', values: b },
    ],
    sessions: Int32Array.from(a, (_, index) => index >> 1),
  };
}

function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}

function fitted(seen: Observations<string>): Fit {
  const found = regress(seen);
  if ('tooFew' in found) throw new Error(found.tooFew);
  return found;
}

test('intervals hold the truth in about 95 % of fits, where scatter grows with a cause', () => {
  let held = 0;
  for (let seed = 0; seed < 100; seed++) {
    const rng = stream(seed, 'fit');
    const seen = observations(rng, (index) => 1 + (index % 10));
    const { interval95 } = fitted(seen).coefficients[0]!;
    if (interval95[0] <= 0.03 && interval95[1] >= 0.03) held++;
  }
  expect(held).toBeGreaterThanOrEqual(90);
  expect(held).toBeLessThan(100);
});

test('where groups scatter differently, what is quiet counts, and is surer for it', () => {
  const seen = observations(stream(1, 'fit'), (index) => (index % 2 ? 1 : 200));
  const scatter = Int32Array.from({ length: REQUESTS }, (_, index) => index % 2);
  const half = (fit: Fit) => fit.coefficients[0]!.interval95[1] - fit.coefficients[0]!.value;
  expect(half(fitted({ ...seen, scatter }))).toBeLessThan(half(fitted(seen)) / 10);
});

test('fewer than ten requests a coefficient are too few, and have no numbers', () => {
  const seen = observations(stream(2, 'fit'), () => 1);
  const few: Observations<string> = {
    timesMs: seen.timesMs.slice(0, 29),
    causes: seen.causes.map(({ name, values }): Cause => ({ name, values: values.slice(0, 29) })),
    sessions: seen.sessions.slice(0, 29),
  };
  expect(regress(few)).toEqual({ tooFew: '29 requests; expected at least 30' });
});

test('a cause that is the same of all, that others go with, or that saves time is left out by name', () => {
  const seen = observations(stream(3, 'fit'), () => 1);
  const [a, b] = seen.causes;
  const { leftOut, coefficients } = fitted({
    ...seen,
    timesMs: seen.timesMs.map((value, index) => value - 4 * b!.values[index]!),
    causes: [
      { name: 'alike', values: a!.values.map((value) => 2 * value + 1), inflationMax: 10 },
      ...seen.causes,
      { name: 'constant', values: column(() => 7) },
    ],
  });
  expect(coefficients.map(({ name }) => name)).toEqual(['a']);
  expect(leftOut).toEqual([
    { name: 'constant', why: 'constant' },
    { name: 'alike', why: 'alike' },
    { name: 'b', why: 'negative' },
  ]);
});

test('what too few requests had any of has no number, however sure it seems', () => {
  const seen = observations(stream(4, 'fit'), () => 30);
  const rare: Cause = { name: 'rare', values: column((index) => (index < 9 ? index : 0)) };
  expect(fitted({ ...seen, causes: [...seen.causes, rare] }).leftOut).toEqual([
    { name: 'rare', why: 'rare' },
  ]);
});

test('a number is told, is as good as nothing, or is unclear', () => {
  const finding = (slopeMs: number, scatterMs: number) => {
    const seen = observations(stream(6, 'fit'), () => scatterMs);
    const [, b] = seen.causes;
    // As drawn it takes 2 ms.
    const timesMs = seen.timesMs.map((value, at) => value + (slopeMs - 2) * b!.values[at]!);
    return fitted({ ...seen, timesMs }).coefficients[1]?.finding;
  };
  expect(finding(2, 1)).toBe('told');
  expect(finding(0.01, 0.5)).toBe('nothing');
  expect(finding(2.5, 60)).toBe('unclear');
});

test('how many took less than the base is told: of requests that come together it holds what they wait for', () => {
  const rng = stream(0, 'waves');
  const scattered = observations(rng, () => 1);
  expect(fitted(scattered).belowBase).toBe(0);
  // Of every four that come at once, each waits for those before it; nobody tells of that.
  const timesMs = scattered.timesMs.map((_, index) => 40 + 60 * (index % 4) + normal(rng));
  expect(fitted({ ...scattered, timesMs }).belowBase).toBeGreaterThan(0.1 * REQUESTS);
});

test('a base below 0 is none: what takes time takes it from 0 on', () => {
  const seen = observations(stream(7, 'fit'), () => 1);
  const found = fitted({ ...seen, timesMs: seen.timesMs.map((value) => value - 25) });
  expect(found.base).toMatchObject({ value: 0, interval95: [0, 0], finding: 'nothing' });
  expect(found.leftOut).toEqual([{ name: 'base', why: 'negative' }]);
});
