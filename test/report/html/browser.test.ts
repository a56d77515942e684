import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RUN_CHAPTERS } from '../../../src/commands/report/chapters.ts';
import { aroundChapters } from '../../../src/commands/report/run-page.ts';
import { filled } from '../../../src/report/html/chapter.ts';
import { renderPage } from '../../../src/report/html/page.ts';
import { summarise } from '../../../src/report/run-summary.ts';
import { samplePart } from '../../record/sample.ts';
import { launchBrowser, NO_BROWSER } from '../../support/browser.ts';
import { titled } from '../../support/needs.ts';
import { HARD_CHAPTERS, HOSTILE } from './pages.ts';
import { problemsOf } from './problems.ts';

/** How a page is opened: each has gone wrong in some report. */
const FORMS = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  narrow: { colorScheme: 'light', viewport: { width: 360, height: 800 } },
  print: { colorScheme: 'dark', viewport: { width: 794, height: 1123 } },
} satisfies Record<string, BrowserContextOptions>;

// Some seconds of CPU, most of them the browser's: nothing but a browser tells how a page is laid out.
describe.skipIf(NO_BROWSER)(titled('in a browser', NO_BROWSER), () => {
  let browser: Browser;
  let dir: string;
  const pages: Record<string, string> = {};

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'confab-html-'));
    const run = { parts: [samplePart()], warnings: [HOSTILE] };
    const of = { run, summary: summarise(run) };
    // The plan is made of no picture that the others are not.
    const chapters = RUN_CHAPTERS.filter(({ id }) => id !== 'plan');
    pages['a run'] = renderPage(aroundChapters(of, await filled(chapters, of)));
    pages['all that a page can hold'] = renderPage({ title: HOSTILE, chapters: HARD_CHAPTERS });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(dir, { recursive: true });
  });

  async function opened(name: string, form: keyof typeof FORMS): Promise<[Page, string[]]> {
    const page = await browser.newPage(FORMS[form]);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(`asks for ${request.url()}`);
    });
    if (form === 'print') await page.emulateMedia({ media: 'print' });
    const file = join(dir, 'page.html');
    writeFileSync(file, pages[name]!);
    await page.goto(pathToFileURL(file).href);
    return [page, complaints];
  }

  test.each([
    ['a run', 'narrow'],
    ...Object.keys(FORMS).map((form) => ['all that a page can hold', form]),
  ] as [string, keyof typeof FORMS][])(
    '%s, %s: no complaint, no empty plot, no text that leaves its place',
    async (name, form) => {
      const [page, complaints] = await opened(name, form);
      const problems = await page.evaluate<string[]>(problemsOf);
      expect([...complaints, ...problems]).toEqual([]);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      const isDark = form === 'dark';
      const paper = await page.evaluate(
        'getComputedStyle(document.documentElement).backgroundColor',
      );
      expect(paper).toBe(isDark ? 'rgb(22, 24, 29)' : 'rgb(255, 255, 255)');
      await page.close();
    },
  );

  test('a picture is saved as one that stands by itself, and its numbers as CSV', async () => {
    const [page, complaints] = await opened('all that a page can hold', 'dark');
    const saved = async (what: string) => {
      const coming = page.waitForEvent('download');
      await page.click(`figure:first-of-type [data-save=${what}]`);
      const download = await coming;
      const path = join(dir, download.suggestedFilename());
      await download.saveAs(path);
      return { name: download.suggestedFilename(), text: readFileSync(path, 'utf8') };
    };
    const svg = await saved('svg');
    expect(svg.name).toBe('lines-a-band-windows-and-marks.svg');
    expect(svg.text).not.toContain('var(');
    expect(svg.text).toContain('#0072b2');
    const isXml = await page.evaluate(
      `!new DOMParser().parseFromString(${JSON.stringify(svg.text)}, 'image/svg+xml').querySelector('parsererror')`,
    );
    expect(isXml).toBe(true);
    const csv = await saved('csv');
    expect(csv.text.split('\n')[0]).toContain('time since measuring began (s),p50,"');
    expect(csv.text).toContain('</script><script>window.hacked');
    expect(complaints).toEqual([]);
    await page.close();
  });
});
