import { Worker } from 'node:worker_threads';
import { errorText } from '../base/errors.ts';
import type { AnswerForm } from './probe-answer.ts';
import type { ProbeServer } from './probe-server.ts';

/** The server of probes on a thread of its own: it must not wait for the event loop that it is to judge. */
export function startThreadedProbes(form: AnswerForm): Promise<ProbeServer> {
  const thread = new Worker(new URL('./thread.js', import.meta.url), { workerData: form });
  return new Promise<ProbeServer>((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', (url: string) => {
      // Later probes fail, and that is told: no run breaks down for them.
      thread.on('error', () => {});
      thread.unref();
      resolve({
        url,
        async close() {
          await thread.terminate();
        },
      });
    });
  }).catch((error) => {
    throw new Error(`server of probes: ${errorText(error)}`);
  });
}
