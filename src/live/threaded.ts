import { Worker } from 'node:worker_threads';
import { type Clock, SystemClock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import type { Page } from '../report/html/page.ts';

/** What the thread is asked. */
export interface LiveAsked {
  readonly show?: Page;
  readonly finish?: true;
  /** The last page, when it wants it. */
  readonly last?: Page;
}

/** What it says: first where it is or why not, then what happens. */
export interface LiveTold {
  readonly url?: string;
  readonly problem?: string;
  readonly viewers?: number;
  /** Somebody wants the last page. */
  readonly wantsLast?: true;
  readonly isFinished?: true;
}

/** A page of the run under way, for those who watch. */
export interface LivePage {
  readonly url: string;
  /** Whether anybody watches. */
  readonly isWatched: boolean;
  show(page: Page): void;
  /** The page becomes this one, made if one who watches asks for it; waits until those who do have it, but not for the slow. */
  finish(make: () => Promise<Page>): Promise<void>;
  close(): Promise<void>;
}

/** A browser far away may take so long to ask for the last page, and again until it has it. */
const FINISH_MS_MAX = 2500;

/**
 * The page is drawn and served on a thread of its own: that takes tens of milliseconds, which time stamps would have
 * to wait for.
 * @throws UsageError if the port cannot be had.
 */
export async function openLivePage(port: number): Promise<LivePage> {
  const clock: Clock = new SystemClock();
  const thread = new Worker(new URL('./thread.js', import.meta.url), { workerData: port });
  let viewers = 0;
  let finished = (): void => {};
  let wanted = (): void => {};
  const url = await new Promise<string>((resolve, reject) => {
    thread.once('error', reject);
    thread.on('message', ({ url, problem, ...told }: LiveTold) => {
      if (url !== undefined) resolve(url);
      if (problem !== undefined) reject(new UsageError(problem));
      if (told.viewers !== undefined) viewers = told.viewers;
      if (told.wantsLast) wanted();
      if (told.isFinished) finished();
    });
  });
  // A run is worth more than its page.
  thread.on('error', () => {
    viewers = 0;
    finished();
  });
  thread.unref();
  return {
    url,
    get isWatched() {
      return viewers > 0;
    },
    show: (page) => thread.postMessage({ show: page } satisfies LiveAsked),
    finish(make) {
      return new Promise((resolve, reject) => {
        let timer = clock.setTimeout(resolve, FINISH_MS_MAX);
        finished = () => {
          clock.clearTimeout(timer);
          resolve();
        };
        wanted = () => {
          clock.clearTimeout(timer);
          make().then((last) => {
            timer = clock.setTimeout(resolve, FINISH_MS_MAX);
            thread.postMessage({ last } satisfies LiveAsked);
          }, reject);
        };
        thread.postMessage({ finish: true } satisfies LiveAsked);
      });
    },
    async close() {
      await thread.terminate();
    },
  };
}
