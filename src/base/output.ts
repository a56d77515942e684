/** A stream of this process whose reader may be slow, gone or full: writing to it never throws. */
export interface Output {
  /** Why not all of it could be written; undefined: so far it could. */
  readonly failure: Error | undefined;
  /** Resolves when all that was written has been read, or never will be. */
  drained(): Promise<void>;
}

/**
 * Guards stdout or stderr for the whole life of the process. To a pipe Node writes in the background, and
 * `process.exit` throws away what is left; errors come as events, to a file they are thrown.
 */
export function guarded(stream: NodeJS.WriteStream): Output {
  let failure: Error | undefined;
  const { write } = stream;
  const fail = (error: unknown): void => {
    failure ??= error as Error;
  };
  stream.on('error', fail);
  stream.write = (...args: unknown[]): boolean => {
    try {
      return Reflect.apply(write, stream, args);
    } catch (error) {
      fail(error);
      return false;
    }
  };
  return {
    get failure() {
      return failure;
    },
    async drained() {
      // The error of the last write comes as an event, after what is running now.
      await new Promise(setImmediate);
      if (failure || stream.writableLength === 0) return;
      await new Promise<void>((resolve) => {
        stream.once('error', () => resolve());
        stream.write('', () => resolve());
      });
    },
  };
}
