import { atEnd } from '../../base/at-end.ts';
import { type LivePage, openLivePage } from '../../live/threaded.ts';
import type { Played } from '../../play/played.ts';
import type { Page } from '../../report/html/page.ts';
import { say } from './stderr.ts';

let opened: LivePage | undefined;
let ending: (() => Promise<Page>) | undefined;

/** The page of this process: runs that follow one another share it. @throws UsageError if the port cannot be had. */
export async function livePage(port: number): Promise<LivePage> {
  if (opened) return opened;
  const page = await openLivePage(port);
  opened = page;
  atEnd(async () => {
    const last = ending;
    opened = undefined;
    ending = undefined;
    try {
      if (last && page.isWatched) await page.finish(last);
    } finally {
      await page.close();
    }
  });
  const { url } = page;
  const elsewhere = new URL(url).port;
  say(`live: ${url} (from elsewhere: ssh -L ${elsewhere}:127.0.0.1:${elsewhere} and the same)`, {
    event: 'live',
    url,
  });
  return page;
}

/**
 * What the page becomes when all is done: those who watch are given it and keep it, as the page is gone when the program
 * ends. The last that was said holds; it is made only if somebody watches.
 */
export function livePageEndsAs(make: () => Promise<Page>): void {
  if (opened) ending = make;
}

/** It becomes the report of this run, if nothing comes after it. */
export function livePageEndsAsReport({ run, summary }: Played): void {
  livePageEndsAs(async () => (await import('../report/run-page.ts')).runPage({ run, summary }));
}
