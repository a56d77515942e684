import { EXIT, errorText } from '../base/errors.ts';
import type { Scenario } from '../scenario/schema.ts';
import { ask } from '../transport/ask.ts';
import { healthLack, profile } from '../transport/http/server-care.ts';
import type { Workload } from '../workload/conversation.ts';
import { firstRequest } from './first-request.ts';
import type { PlayOptions } from './play.ts';
import { accessOf, openTarget } from './target.ts';
import { untilReady } from './until-ready.ts';

/** What is done with a server before a run, and after it. */
export interface Readiness {
  /** Wait so long for its GET /health to be answered by 200; absent: it is there, or it is not. */
  readonly healthSec?: number | undefined;
  /** The first request of this workload is sent beforehand, and has to be answered; it is in no statistic. */
  readonly testedBy?: Workload | undefined;
  /** Its profiler is started then, and stopped when the run is over. */
  readonly isProfiled?: boolean | undefined;
  readonly tell: (line: string) => void;
}

/** The request that was to show that all is well was not answered: nothing else was sent. */
export class TestRequestFailed extends Error {
  readonly exitCode: number = EXIT.thresholdFailed;
}

/** Opens a server as `openTarget` does, and readies it. */
export function readied(
  scenario: Scenario,
  { healthSec, testedBy, isProfiled, tell }: Readiness,
): NonNullable<PlayOptions['open']> {
  return async (clock, apiKey, network = {}) => {
    const isEmbedded = scenario.target.url === 'embedded';
    const access = isEmbedded ? undefined : accessOf(scenario.target, apiKey, network);
    if (access && healthSec !== undefined) {
      const lacks = () => healthLack(access);
      await untilReady({ what: 'the server', clock, secMax: healthSec, tell, lacks });
    }
    const target = await openTarget(scenario, clock, apiKey, network);
    try {
      if (testedBy) {
        await ask(target.transport, firstRequest(scenario, testedBy)).catch((error) => {
          throw new TestRequestFailed(
            `the test request failed, and nothing else was sent: ${errorText(error)}`,
          );
        });
      }
      if (!access || !isProfiled) return target;
      await profile(access, 'start');
    } catch (error) {
      await target.close();
      throw error;
    }
    return {
      ...target,
      async close() {
        await profile(access, 'stop').catch((error) => tell(`warning: ${errorText(error)}`));
        await target.close();
      },
    };
  };
}
