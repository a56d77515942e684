import type { Moments } from './amounts.ts';

/** So much at most: what would have to be changed by more is another distribution. */
const POWER_MAX = 2;
const HALVINGS = 50;

/**
 * A sample of amounts of at least 1 with exactly the moments that were asked for, as far as so few can have them. Of a
 * heavy tail no sample shows the deviation: a thousand draws of 80 ± 472 have 285. What is above 1 is raised to a power
 * and scaled; a lognormal stays one, with another sigma.
 */
export function drawnOut(values: readonly number[], { mean, std }: Moments): readonly number[] {
  if (std === 0 || values.length < 2) return values;
  const above = values.map((value) => value - 1);
  const wanted = std / (mean - 1);
  let [low, high] = [1 / POWER_MAX, POWER_MAX];
  // The spread grows with the power.
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (spreadOf(raised(above, middle)) < wanted) low = middle;
    else high = middle;
  }
  const result = raised(above, high);
  const scale = (mean - 1) / meanOf(result);
  return result.map((value) => 1 + value * scale);
}

function raised(values: readonly number[], power: number): number[] {
  return values.map((value) => value ** power);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample's standard deviation over its mean. */
function spreadOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1)) / mean;
}
