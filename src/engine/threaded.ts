import { Worker } from 'node:worker_threads';
import { errorText, UsageError } from '../base/errors.ts';
import type { EngineOptions } from '../scenario/engine.ts';

/** The embedded engine of a run: behind HTTP on a free loopback port, on a thread of its own. */
export interface ThreadedEngine {
  readonly url: string;
  close(): Promise<void>;
}

export type ThreadReply = { readonly url: string } | { readonly problem: string };

/**
 * Starts the engine. Its work must not delay the client's time stamps, hence the thread.
 * @throws UsageError for options that it cannot use.
 */
export function startThreaded(options: EngineOptions): Promise<ThreadedEngine> {
  const thread = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: options,
  });
  return new Promise((resolve, reject) => {
    // Later it is nobody's to catch: a run against an engine that has broken down is not worth its report.
    let isServing = false;
    const fail = (error: Error): void => {
      if (isServing) throw new Error(`embedded engine: ${errorText(error)}`, { cause: error });
      reject(error);
    };
    thread.on('error', fail);
    const onExit = (code: number): void => fail(new Error(`its thread ended with code ${code}`));
    thread.on('exit', onExit);
    thread.once('message', (reply: ThreadReply) => {
      if ('problem' in reply) {
        reject(new UsageError(reply.problem));
        return;
      }
      isServing = true;
      resolve({
        url: reply.url,
        async close() {
          thread.off('exit', onExit);
          await thread.terminate();
        },
      });
    });
  }).catch(async (error) => {
    await thread.terminate();
    throw error instanceof UsageError ? error : new Error(`embedded engine: ${errorText(error)}`);
  }) as Promise<ThreadedEngine>;
}
