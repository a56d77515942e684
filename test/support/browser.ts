import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian's packages, others and this variable put one. */
const PLACES = [
  process.env['CONFAB_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].filter((path) => path !== undefined);

const path = PLACES.find((place) => existsSync(place));

/** Why tests that need a browser have to be skipped: for `skipIf` and `titled`. */
export const NO_BROWSER =
  path === undefined ? 'no Chromium is installed (apt-get install chromium)' : undefined;

export function launchBrowser(): Promise<Browser> {
  // Nothing but pages of these tests is opened: a container has no sandbox for it.
  return chromium.launch({ executablePath: path!, args: ['--no-sandbox', '--disable-gpu'] });
}
