import { atEnd } from '../../base/at-end.ts';
import { type LivePage, openLivePage } from '../../live/threaded.ts';
import type { Played } from '../../play/played.ts';
import { say } from './stderr.ts';

let opened: LivePage | undefined;

/** The page of this process: runs that follow one another share it. @throws UsageError if the port cannot be had. */
export async function livePage(port: number): Promise<LivePage> {
  if (opened) return opened;
  const page = await openLivePage(port);
  opened = page;
  atEnd(() => {
    opened = undefined;
    return page.close();
  });
  const { url } = page;
  const elsewhere = new URL(url).port;
  say(`live: ${url} (from elsewhere: ssh -L ${elsewhere}:127.0.0.1:${elsewhere} and the same)`, {
    event: 'live',
    url,
  });
  return page;
}

/** Those who watch are given the report, which they keep: the page is gone when the program ends. */
export async function finishLive(page: LivePage, { run, summary }: Played): Promise<void> {
  if (!page.isWatched) return;
  const { runPage } = await import('../report/run-page.ts');
  await page.finish(await runPage({ run, summary }));
}
