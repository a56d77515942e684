import { Worker } from 'node:worker_threads';
import { Interrupted, UsageError } from '../base/errors.ts';
import type { Job, JobResult } from './play-point.ts';
import type { Lanes } from './running.ts';

/** What a thread is asked, and what it answers. */
export interface Asked {
  readonly job: Job;
  readonly measures: readonly string[];
}

export type Answered =
  | { readonly result: JobResult }
  | { readonly problem: string }
  | { readonly bug: string };

/** Lanes for virtual time: a run has an engine and a clock of its own, so that threads share nothing. */
export function threadLanes(count: number, measures: readonly string[]): Lanes {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const begin = (): Worker => {
    const worker = new Worker(new URL('./thread.js', import.meta.url));
    all.add(worker);
    return worker;
  };
  return {
    count,
    async play(job) {
      const worker = idle.pop() ?? begin();
      const answer = await asked(worker, { job, measures });
      idle.push(worker);
      if ('result' in answer) return answer.result;
      if ('problem' in answer) throw new UsageError(answer.problem);
      throw new Error(answer.bug);
    },
    async close() {
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

/** Ended from outside, a thread was interrupted. */
function asked(worker: Worker, message: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      act();
    };
    const onMessage = (answer: Answered) => settle(() => resolve(answer));
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = () => settle(() => reject(new Interrupted()));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    worker.postMessage(message);
  });
}
