import { type Clock, SystemClock } from '../base/clock.ts';
import { watchBusy } from '../base/health.ts';
import { longestDelay } from '../base/late-watch.ts';
import { withoutUrlSecrets } from '../base/secret.ts';
import { version } from '../base/version.ts';
import type { Observer } from '../play/observer.ts';
import type { Page } from '../report/html/page.ts';
import type { Run } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import { gaugesOf } from '../server/page.ts';
import { SoFar } from '../stats/so-far.ts';
import { liveChapters } from './live-chapters.ts';
import { LiveFold } from './live-fold.ts';
import { progressSection } from './progress.ts';
import type { LivePage } from './threaded.ts';

const EVERY_MS = 1000;

/** Follows a run for its page: a fold that goes on whether anybody watches or not, and a page a second if so. */
export function liveObserver(
  { scenario, clock }: { readonly scenario: Scenario; readonly clock: Clock },
  page: Pick<LivePage, 'isWatched' | 'show'>,
  wall: Clock = new SystemClock(),
): Observer {
  const soFar = new SoFar();
  const busy = watchBusy();
  const delay = longestDelay();
  let run: Run | undefined;
  let fold: LiveFold | undefined;
  let gauges: ReturnType<typeof engineGauges> = {};
  let timer: unknown;
  const foldOf = (started: Run): LiveFold | undefined => {
    const { measureStartMs } = started.state();
    if (measureStartMs !== undefined) fold ??= new LiveFold(measureStartMs);
    return fold;
  };
  const tick = (): void => {
    timer = wall.setTimeout(tick, EVERY_MS);
    if (!run) return;
    const state = run.state();
    const nowMs = clock.now();
    foldOf(run)?.sample(nowMs, {
      ...{ inFlight: state.inFlight, activeUsers: state.activeUsers },
      ...gauges,
      ...{ busy: busy(), longestDelayMs: Math.max(0, delay.takeMs()) },
    });
    if (!page.isWatched) return;
    const far = soFar.at(nowMs, state.measureStartMs ?? nowMs, run.ends);
    const progress = progressSection(far, run.ends, { ...state, ...gauges }, fold?.failures);
    page.show(pageOf(scenario, liveChapters(progress, fold)));
  };
  page.show(pageOf(scenario, [READYING]));
  return {
    started(started) {
      run = started;
      tick();
    },
    recorded(record) {
      const isHandedOver = record.phase === 'warmup' && !!run && run.state().phase !== 'warmingUp';
      soFar.add(record, isHandedOver);
      if (run) foldOf(run)?.add(record);
    },
    scraped(text) {
      if (run) gauges = engineGauges(text);
    },
    ended() {
      wall.clearTimeout(timer);
      delay.stop();
    },
  };
}

/** Until there is a run: data are loaded, and the server is asked. */
const READYING = {
  ...{ id: 'report', title: 'Progress' },
  sections: [{ lines: ['The run is being made ready: nothing has been sent yet.'] }],
};

function pageOf({ name, target }: Scenario, chapters: Page['chapters']): Page {
  const { url, model } = target;
  return {
    title: `Run ${name}`,
    subtitle: [withoutUrlSecrets(url), model && `model ${model}`].filter(Boolean).join(', '),
    chapters,
    madeBy: `Made by confab ${version()} while the run goes on.`,
  };
}

function engineGauges(page: string) {
  return gaugesOf(page, ['kvUsage', 'running', 'waiting']);
}
