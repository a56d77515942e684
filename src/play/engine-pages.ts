import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import { PAGES_FILE, pageLine } from '../record/engine-pages.ts';
import { unlessGivenUp } from './given-up.ts';
import type { Scrape } from './target.ts';

/** The servers' own counters, beside the run and off the path of its requests: pages are kept as they come, and read when the run is over. */
export interface MetricsWatch {
  /** The last scrape, unless that is given up; resolves with the file, if there is a page of any server. */
  stop(givenUp?: AbortSignal): Promise<string | undefined>;
}

/** The report waits for the last page, and is not to wait for an engine that has broken down. */
const LAST_SEC_MAX = 1;

/**
 * Appends pages of metrics to `metrics.ndjson` in the run folder: before the run, after it, and every `everySec` in
 * between if that is given; `part` is the journal's. One without a URL is the target's own, which may have none.
 */
export async function watchMetrics(
  dir: string,
  clock: Clock,
  scrapes: ReadonlyMap<string | undefined, Scrape>,
  everySec: number | undefined,
  part: number,
  warn: (line: string) => void,
): Promise<MetricsWatch> {
  const path = join(dir, PAGES_FILE);
  const watches = await Promise.all(
    [...scrapes].map(([source, scrape]) => {
      const append = appender(path, { part, source, warn });
      return watchPage(clock, scrape, everySec, {
        append,
        missing: () => warn(missingLast(source)),
        absent: () => {
          if (source !== undefined) warn(`warning: ${source} gives no page of metrics`);
        },
      });
    }),
  );
  return {
    async stop(givenUp) {
      const last = Promise.all(watches.map((watch) => watch.stop()));
      const hasPages = watches.some((watch) => watch.hasPages);
      await unlessGivenUp(last, givenUp).catch(() => {});
      return hasPages ? path : undefined;
    },
  };
}

type Append = (atMs: number, text: string) => boolean;

interface PageTold {
  readonly append: Append;
  missing(): void;
  absent(): void;
}

interface PageWatch {
  readonly hasPages: boolean;
  stop(): Promise<void>;
}

/** One page, each time when the one before it is there: a server that is slow is not asked twice. */
async function watchPage(
  clock: Clock,
  scrape: Scrape,
  everySec: number | undefined,
  told: PageTold,
): Promise<PageWatch> {
  let timer: unknown;
  let isStopped = false;

  async function keep(secMax?: number): Promise<boolean> {
    const atMs = clock.now();
    const isLast = isStopped;
    const text = await scrape(secMax);
    if (text === undefined && isLast) told.missing();
    // One that was asked for before the last is not to come behind it.
    if (text === undefined || isStopped !== isLast) return false;
    return told.append(atMs, text);
  }

  function again(): void {
    if (everySec === undefined || isStopped) return;
    timer = clock.setTimeout(() => clock.hold(keep().then(again)), everySec * 1000);
  }

  const hasPages = await keep();
  if (hasPages) again();
  else told.absent();
  return {
    hasPages,
    async stop() {
      isStopped = true;
      clock.clearTimeout(timer);
      if (hasPages) await keep(LAST_SEC_MAX);
    },
  };
}

interface Appended {
  readonly part: number;
  readonly source: string | undefined;
  warn(line: string): void;
}

function appender(path: string, { part, source, warn }: Appended): Append {
  return (atMs, text) => {
    try {
      appendFileSync(path, pageLine({ atMs, ...(source !== undefined && { source }), text }, part));
      return true;
    } catch (error) {
      warn(`error: ${path}: ${errorText(error)}`);
      return false;
    }
  };
}

function missingLast(source = 'the engine'): string {
  return `warning: ${source} gave no page of metrics within ${LAST_SEC_MAX} s after the run: what it counted is not in the report, or not up to the end`;
}
