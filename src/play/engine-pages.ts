import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import { PAGES_FILE, pageLine } from '../record/engine-pages.ts';
import { unlessGivenUp } from './given-up.ts';
import type { Target } from './target.ts';

/** The engine's own counters, beside the run and off the path of its requests. */
export interface MetricsWatch {
  /** The last scrape, unless that is given up; resolves with the file, if the engine has metrics. */
  stop(givenUp?: AbortSignal): Promise<string | undefined>;
}

/** The report waits for the last page, and is not to wait for an engine that has broken down. */
const LAST_SEC_MAX = 1;

const MISSING = `warning: the engine gave no page of metrics within ${LAST_SEC_MAX} s after the run: what it counted is not in the report, or not up to the end`;

/**
 * Appends the engine's /metrics page to `metrics.ndjson` in the run folder: before the run, after it, and
 * every `everySec` in between if that is given; `part` is the journal's.
 */
export async function watchMetrics(
  dir: string,
  clock: Clock,
  scrape: Target['scrape'],
  everySec: number | undefined,
  part: number,
  warn: (line: string) => void,
): Promise<MetricsWatch> {
  const path = join(dir, PAGES_FILE);
  let timer: unknown;
  let isStopped = false;

  async function append(secMax?: number): Promise<boolean> {
    const atMs = clock.now();
    const isLast = isStopped;
    const text = await scrape(secMax);
    if (text === undefined && isLast) warn(MISSING);
    // One that was asked for before the last is not to come behind it.
    if (text === undefined || isStopped !== isLast) return false;
    try {
      appendFileSync(path, pageLine({ atMs, text }, part));
      return true;
    } catch (error) {
      warn(`error: ${path}: ${errorText(error)}`);
      return false;
    }
  }

  function again(): void {
    if (everySec === undefined || isStopped) return;
    timer = clock.setTimeout(() => clock.hold(append().then(again)), everySec * 1000);
  }

  const hasMetrics = await append();
  if (hasMetrics) again();
  return {
    async stop(givenUp) {
      isStopped = true;
      clock.clearTimeout(timer);
      if (!hasMetrics) return undefined;
      await unlessGivenUp(append(LAST_SEC_MAX), givenUp).catch(() => {});
      return path;
    },
  };
}
