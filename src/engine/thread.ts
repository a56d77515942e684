import { parentPort, workerData } from 'node:worker_threads';
import { UsageError } from '../base/errors.ts';
import { startEmbedded } from './embedded.ts';
import type { ThreadReply, ThreadSettings } from './threaded.ts';

/** The thread of threaded.ts: serves until it is terminated. */
const { options, version } = workerData as ThreadSettings;
const reply = (message: ThreadReply): void => parentPort!.postMessage(message);

try {
  reply({ url: (await startEmbedded(options, { version })).url });
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  reply({ problem: error.message });
}
