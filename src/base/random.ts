import seedrandom from 'seedrandom';

/** A stream of uniform draws in [0, 1). */
export type Rng = () => number;

/**
 * The stream of draws with this name: a function of (seed, name) alone, never of what was drawn
 * before, so a new feature's draws do not shift old ones. Alea: 0.4 KB a stream, and its first draws
 * over consecutive names are uncorrelated (seedrandom's xor128 fails that; see test/base/random).
 */
export function stream(seed: string | number, ...name: (string | number)[]): Rng {
  return seedrandom.alea([seed, ...name].join('/'));
}

/** An integer in [0, count). */
export function below(rng: Rng, count: number): number {
  return Math.floor(rng() * count);
}

/** A draw of mean 0 and standard deviation 1 (Box and Muller 1958). */
export function standardNormal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}
