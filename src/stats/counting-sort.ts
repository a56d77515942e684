/** Of a thousandth: what journals round times to. */
const STEPS = 1000;
/** Fewer are sorted faster than their steps are counted. */
const VALUES_MIN = 100_000;
/** So many steps a value: beyond that most would be empty. */
const SPREAD_MAX = 4;

/**
 * The values in ascending order, if all are from 0, thousandths and close enough together to be counted: of the
 * millions of gaps of a run that takes a tenth of the time of sorting them. undefined: they are to be sorted.
 */
export function sortedByCounting(values: Float64Array): Float64Array | undefined {
  if (values.length < VALUES_MIN) return undefined;
  const most = mostSteps(values);
  if (most === undefined || most > SPREAD_MAX * values.length) return undefined;
  const counts = new Uint32Array(most + 1);
  for (let at = 0; at < values.length; at++) counts[Math.round(STEPS * values[at]!)]!++;
  const sorted = new Float64Array(values.length);
  let at = 0;
  for (let step = 0; step <= most; step++) {
    const count = counts[step]!;
    if (count > 0) sorted.fill(step / STEPS, at, at + count);
    at += count;
  }
  return sorted;
}

/** undefined: one is none, or is not exactly that number. */
function mostSteps(values: Float64Array): number | undefined {
  let most = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    const steps = Math.round(STEPS * value);
    if (!(steps >= 0 && steps / STEPS === value) || Object.is(value, -0)) return undefined;
    if (steps > most) most = steps;
  }
  return most;
}
