import { parentPort, workerData } from 'node:worker_threads';
import { UsageError } from '../base/errors.ts';
import { startLiveServer } from './server.ts';
import type { LiveAsked, LiveTold } from './threaded.ts';

/** The thread of threaded.ts: draws and serves until it is terminated. */
const tell = (told: LiveTold): void => parentPort!.postMessage(told);

try {
  const server = await startLiveServer(workerData as number, (viewers) => tell({ viewers }));
  parentPort!.on('message', async ({ show, finish }: LiveAsked) => {
    if (show) server.show(show);
    if (finish) {
      await server.finish(finish);
      tell({ isFinished: true });
    }
  });
  tell({ url: server.url });
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  tell({ problem: error.message });
}
