import { parentPort, workerData } from 'node:worker_threads';
import { UsageError } from '../base/errors.ts';
import type { Page } from '../report/html/page.ts';
import { startLiveServer } from './server.ts';
import type { LiveAsked, LiveTold } from './threaded.ts';

/** The thread of threaded.ts: draws and serves until it is terminated. */
const tell = (told: LiveTold): void => parentPort!.postMessage(told);

try {
  const server = await startLiveServer(workerData as number, (viewers) => tell({ viewers }));
  let given = (_: Page): void => {};
  const lastPage = (): Promise<Page> =>
    new Promise((resolve) => {
      given = resolve;
      tell({ wantsLast: true });
    });
  parentPort!.on('message', async ({ show, finish, last }: LiveAsked) => {
    if (show) server.show(show);
    if (last) given(last);
    if (finish) {
      await server.finish(lastPage);
      tell({ isFinished: true });
    }
  });
  tell({ url: server.url });
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  tell({ problem: error.message });
}
