import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import type { EmbeddedReply, EmbeddedSettings } from './embedded.ts';
import { openEngine } from './open-engine.ts';
import { startServer } from './server.ts';

/** The thread of embedded.ts: serves until it is terminated. */
const { options, tokenizer, version } = workerData as EmbeddedSettings;
const reply = (message: EmbeddedReply): void => parentPort!.postMessage(message);

try {
  const { engine, prompts } = await openEngine(new SystemClock(), options, tokenizer);
  const { url } = await startServer(engine, { prompts, version });
  reply({ url });
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  reply({ problem: error.message });
}
