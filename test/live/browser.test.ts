import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { liveChapters } from '../../src/live/live-chapters.ts';
import { LiveFold } from '../../src/live/live-fold.ts';
import { type LiveServer, startLiveServer } from '../../src/live/server.ts';
import { renderPage } from '../../src/report/html/page.ts';
import { samplePart } from '../record/sample.ts';
import { HARD_CHAPTERS, HOSTILE } from '../report/html/pages.ts';
import { problemsOf } from '../report/html/problems.ts';
import { launchBrowser, NO_BROWSER } from '../support/browser.ts';
import { titled } from '../support/needs.ts';

/** As a run of this many of the sample's records has it. */
function pageOf(count: number) {
  const { records } = samplePart();
  const fold = new LiveFold(0);
  for (const record of records.slice(0, count)) fold.add(record);
  fold.sample(1000, { inFlight: 3, activeUsers: 5, busy: 0.25, longestDelayMs: 7, kvUsage: 0.5 });
  const progress = { title: HOSTILE, lines: [`${count} ended`] };
  return { title: `Run ${HOSTILE}`, subtitle: 'embedded', chapters: liveChapters(progress, fold) };
}

// A second of CPU, most of it the browser's: nothing else runs the page's own script.
describe.skipIf(NO_BROWSER)(titled('in a browser', NO_BROWSER), () => {
  let browser: Browser;
  let server: LiveServer | undefined;
  let tab: Tab | undefined;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await tab?.close();
    await server?.close();
  });
  afterAll(() => browser?.close());

  test('a page follows its run, and is the report when the server has gone', async () => {
    let come = (): void => {};
    const hasCome = new Promise<void>((resolve) => (come = resolve));
    server = await startLiveServer(0, come);
    server.show(pageOf(3));
    tab = await browser.newPage({ viewport: { width: 1000, height: 900 } });
    const complaints: string[] = [];
    tab.on('console', (message) => complaints.push(`console: ${message.text()}`));
    tab.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    tab.on('request', (request) => {
      if (!request.url().startsWith(server!.url)) complaints.push(`asks for ${request.url()}`);
    });
    await tab.goto(server.url);
    await hasCome;
    server.show(pageOf(4));
    await tab.getByText('4 ended').waitFor();
    const details = tab.locator('#figure-ttft-over-time details');
    await details.locator('summary').click();
    // A picture an update: by then the first has been drawn anew.
    for (let count = 5; count <= 12; count++) {
      server.show(pageOf(count));
      await tab.getByText(`${count} ended`).waitFor();
    }
    expect(await details.getAttribute('open')).not.toBeNull();
    expect(await tab.evaluate<string[]>(problemsOf)).toEqual([]);

    const report = { title: 'The report', chapters: HARD_CHAPTERS };
    await server.finish(async () => report);
    await server.close();
    await tab.getByRole('heading', { name: 'The report' }).waitFor();
    expect(await tab.locator('figure').count()).toBe(
      renderPage(report).split('<figure ').length - 1,
    );
    expect(await tab.evaluate('window.hacked')).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  test('a page whose run has broken off keeps what it had, and says so', async () => {
    server = await startLiveServer(0);
    server.show(pageOf(3));
    tab = await browser.newPage();
    await tab.goto(server.url);
    await tab.getByText('(live)').waitFor();
    await server.close();
    await tab.getByText('not connected: what is shown is the last that came').waitFor();
    expect(await tab.getByText('3 ended').count()).toBe(1);
  });
});
