import { stream } from '../../base/random.ts';
import { shuffled } from '../draw/shuffle.ts';

/** Ids that get a mark of their own, if the text has room for all its words. */
const IDS_MIN = 2 ** 20;

/**
 * Words that begin the text of one user and of no other: the user id in base L over the L lead words,
 * lowest digit first, so that users 0 to L - 1 differ in their first token already, and ids that are
 * equal modulo L in one of the next. L is 2,459 for Moby Dick under GPT-2: two words mark 6 million
 * ids. Where only the first n words fit, ids equal modulo L^n begin alike.
 */
export function userMarks(
  seed: string | number,
  leadWords: readonly string[],
): (userId: number) => string[] {
  const words = shuffled(stream(seed, 'marks'), leadWords);
  const base = words.length;
  const digits = Math.ceil(Math.log(IDS_MIN) / Math.log(base));
  return (userId) => {
    const first = userId % base;
    return Array.from({ length: digits }, (_, i) => {
      const digit = Math.floor(userId / base ** i) % base;
      // Subtle: shifted by the first digit, so that small ids do not all go on with the same word.
      return words[(digit + i * (first + 1)) % base]!;
    });
  };
}
