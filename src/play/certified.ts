import type { Clock } from '../base/clock.ts';
import { type Certifier, openCertifier, STREAMS_MAX } from '../certify/certifier.ts';
import { ownErrorText } from '../report/own-error.ts';
import { CLIENT_LIMITS } from '../report/verdict.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';
import { unlessGivenUp } from './given-up.ts';
import type { Observer } from './observer.ts';
import { streamsOf } from './streams.ts';

interface Certified {
  readonly scenario: Scenario;
  readonly workload: Workload;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly givenUp: AbortSignal | undefined;
}

/** Probes this client at the run's concurrency, and is ready to go on beside the run. */
export async function certifierOf(run: Certified): Promise<Certifier | undefined> {
  const { scenario, workload, clock, observer, givenUp } = run;
  if (clock.name === 'virtual') {
    observer.notice?.('nothing to certify: time is simulated, and every measurement is exact');
    return undefined;
  }
  const certifier = await openCertifier(scenario, clock, CLIENT_LIMITS.delayP99Ms);
  const streams = Math.min(STREAMS_MAX, streamsOf(scenario, workload));
  observer.notice?.(
    `certifying this client: probes of its own for 2 s, ${streams} at a time, before anything is sent`,
  );
  try {
    const errors = await unlessGivenUp(certifier.before(streams, givenUp), givenUp);
    observer.notice?.(
      errors
        ? `this client's ${ownErrorText(errors, 'before the run')}`
        : 'warning: no probe had an answer: nothing is certified',
    );
    return certifier;
  } catch (error) {
    await certifier.close();
    throw error;
  }
}
