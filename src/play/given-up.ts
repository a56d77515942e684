import { Interrupted } from '../base/errors.ts';

/**
 * The result of `work`, or at once an `Interrupted` when it is given up: it may go on then, and what it
 * comes to is `discard`ed.
 */
export async function unlessGivenUp<T>(
  work: Promise<T>,
  givenUp: AbortSignal | undefined,
  discard: (late: T) => unknown = () => {},
): Promise<T> {
  if (!givenUp) return work;
  let giveUp = (): void => {};
  const interrupted = new Promise<never>((_, reject) => {
    giveUp = () => reject(new Interrupted());
    givenUp.addEventListener('abort', giveUp);
    if (givenUp.aborted) giveUp();
  });
  try {
    return await Promise.race([work, interrupted]);
  } catch (error) {
    if (error instanceof Interrupted) work.then(discard, () => {});
    throw error;
  } finally {
    givenUp.removeEventListener('abort', giveUp);
  }
}
