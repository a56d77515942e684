import { type Rng, stream } from '../../base/random.ts';
import type { Sampler } from './distribution.ts';

/** What one user draws for one purpose, one value after the other. */
export type Draws = (userId: number) => () => number;

/** Draws for one purpose, from a stream of its own for each user. */
export function userDraws(seed: string | number, purpose: string, draw: Sampler): Draws {
  return (userId) => {
    const rng = userStream(seed, userId, purpose);
    return () => draw(rng);
  };
}

/** A user's stream for one purpose; made at the first draw, because most settings are constants. */
export function userStream(seed: string | number, userId: number, purpose: string): Rng {
  let rng: Rng | undefined;
  return () => (rng ??= stream(seed, 'user', userId, purpose))();
}
