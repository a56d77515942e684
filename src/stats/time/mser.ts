/** Values taken together before the cut is looked for: MSER-5, Spratt (1998). */
const BATCH = 5;
/** With fewer batches there is nothing to find. */
const BATCHES_MIN = 20;

/**
 * How many of the first values are still of the start-up: those without which the mean of the others is known
 * best (White 1997, the marginal standard error rule).
 *
 *     d* = argmin over d of  sum over i > d of (Z_i - mean_d)^2 / (b - d)^2,    Z the b means of 5 values
 *
 * undefined where that finds nothing: of too few values, or if it lies in the last half, which says that no
 * steady state was reached (Hoad, Robinson and Davies 2011).
 */
export function startUpCount(values: Float64Array): number | undefined {
  const batches = Math.floor(values.length / BATCH);
  if (batches < BATCHES_MIN) return undefined;
  const means = new Float64Array(batches);
  for (let index = 0; index < batches * BATCH; index++) {
    means[Math.floor(index / BATCH)]! += values[index]! / BATCH;
  }
  // From the overall mean, so that a small spread of large values is kept.
  const centre = means.reduce((sum, mean) => sum + mean, 0) / batches;
  let sum = 0;
  let squares = 0;
  let least = Infinity;
  let cut = 0;
  for (let first = batches - 1; first >= 0; first--) {
    const value = means[first]! - centre;
    sum += value;
    squares += value ** 2;
    const left = batches - first;
    // The last few are alike by chance.
    if (left < BATCH) continue;
    const error = Math.max(0, squares - sum ** 2 / left) / left ** 2;
    if (error <= least) {
      least = error;
      cut = first;
    }
  }
  return cut > batches / 2 ? undefined : cut * BATCH;
}
