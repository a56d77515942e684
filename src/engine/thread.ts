import { parentPort, workerData } from 'node:worker_threads';
import { UsageError } from '../base/errors.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import { startEmbedded } from './embedded.ts';
import type { ThreadReply } from './threaded.ts';

/** The thread of threaded.ts: serves until it is terminated. */
const reply = (message: ThreadReply): void => parentPort!.postMessage(message);

try {
  reply({ url: (await startEmbedded(workerData as EngineOptions)).url });
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  reply({ problem: error.message });
}
