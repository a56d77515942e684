import { PythonRandom, pythonRound } from '../draw/python.ts';
import type { OracleRow } from './oracle-set.ts';

export interface NoiseOptions {
  /** Standard deviations, tokens; each makes a field `output_tokens_noise_<sigma>`. */
  readonly sigmas: readonly number[];
  /** Predictions stay within these, tokens. */
  readonly min: number;
  readonly max: number;
  /** A whole number from 0 to 2^32 - 1. */
  readonly seed: number;
}

/**
 * The rows with predicted lengths: the oracle's own with Gaussian noise, rounded and clamped. The same draws in the
 * same order as the priority study's add_noise.py: row by row, sigma by sigma.
 */
export function withNoise(
  rows: readonly OracleRow[],
  { sigmas, min, max, seed }: NoiseOptions,
): OracleRow[] {
  const python = new PythonRandom(seed);
  return rows.map((row) => {
    const predicted: Record<string, number> = {};
    for (const sigma of sigmas) {
      const drawn = Math.max(0, pythonRound(python.gauss(row.output_tokens, sigma)));
      predicted[`output_tokens_noise_${sigma}`] = Math.max(min, Math.min(max, drawn));
    }
    return { ...row, ...predicted };
  });
}

/**
 * The rows with the bin that the answer's length falls in, `output_tokens_bin`: the bin's lower edge, tokens. The
 * first begins at 0, each other at one of the `edges`, which ascend.
 */
export function withBins(rows: readonly OracleRow[], edges: readonly number[]): OracleRow[] {
  return rows.map((row) => ({
    ...row,
    output_tokens_bin: edges.findLast((edge) => row.output_tokens >= edge) ?? 0,
  }));
}
