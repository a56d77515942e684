import { parentPort } from 'node:worker_threads';
import { VirtualClock } from '../base/clock.ts';
import { errorText, UsageError } from '../base/errors.ts';
import { play } from '../play/play.ts';
import { resultOf } from './play-point.ts';
import type { Answered, Asked } from './threads.ts';

/** The thread of threads.ts: plays what it is asked to, one after the other, until it is terminated. */
parentPort!.on('message', ({ job, measures }: Asked) => {
  void answer({ job, measures }).then((answered) => parentPort!.postMessage(answered));
});

async function answer({ job, measures }: Asked): Promise<Answered> {
  try {
    const played = await play({ scenario: job.scenario, clock: new VirtualClock() });
    return { result: resultOf(played, measures) };
  } catch (error) {
    if (error instanceof UsageError) return { problem: error.message };
    return { bug: error instanceof Error ? String(error.stack) : errorText(error) };
  }
}
