/** Says how many milliseconds have passed since it was made, also while the run's clock stands. */
export function stopwatch(): () => number {
  const startMs = performance.now();
  return () => performance.now() - startMs;
}

/** Resolves when the work is done, or after so many milliseconds, also while the run's clock stands. */
export function within(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
