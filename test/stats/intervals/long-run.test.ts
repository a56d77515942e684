import { expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { moments } from '../../../src/stats/exact.ts';
import { longRunOf, type Summed } from '../../../src/stats/intervals/long-run.ts';
import { criticalValue } from '../../../src/stats/intervals/student.ts';

const COUNT = 1280;

/** The sum of so many values, each `memory` times the one before and something new, by 128 stretches. */
function summed(memory: number, seed: string): Summed {
  const random = stream(seed, 'long run');
  const stretches = new Float64Array(128);
  let [value, alone] = [0, 0];
  for (let index = 0; index < COUNT; index++) {
    value = memory * value + random() - 0.5;
    stretches[index >> 3 < 128 ? index >> 3 : 127]! += value;
    alone += value ** 2;
  }
  return { stretches, alone, count: COUNT };
}

/** Half of a 95 % interval. */
function halfWidth(run: Summed, other?: Summed): number {
  const { variance, degrees } = longRunOf(run, other);
  return criticalValue(0.95, degrees) * Math.sqrt(variance);
}

test('with a run like it, how wide an interval is depends less on chance', () => {
  for (const memory of [0.5, 0.8]) {
    const runs = Array.from({ length: 30 }, (_, index) => summed(memory, `${index}`));
    const alone = runs.map((run) => Math.log(halfWidth(run)));
    const withOther = runs.map((run, index) =>
      Math.log(halfWidth(run, summed(memory, `${index} other`))),
    );
    expect(moments(Float64Array.from(withOther)).std!).toBeLessThan(
      moments(Float64Array.from(alone)).std!,
    );
  }
});

test('a run that is clearly unlike it says nothing, nor does one of another length', () => {
  const [calm, slow] = [summed(0, 'calm'), summed(0.97, 'slow')];
  expect(halfWidth(calm, slow) / halfWidth(calm)).toBeCloseTo(1, 2);
  expect(halfWidth(slow, calm) / halfWidth(slow)).toBeCloseTo(1, 2);
  expect(halfWidth(calm, { ...calm, count: 2 * COUNT })).toBe(halfWidth(calm));
});
