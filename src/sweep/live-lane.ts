import { join } from 'node:path';
import { type Clock, sleep } from '../base/clock.ts';
import { Interrupted } from '../base/errors.ts';
import type { Played } from '../play/played.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { ServerAccess } from '../transport/http/get.ts';
import { type Job, type JobResult, resultOf } from './play-point.ts';
import type { Lanes } from './running.ts';
import { besideServer, type ServerSettings } from './server.ts';

export interface LiveSettings {
  readonly measures: readonly string[];
  /** Absent: the engine that is built in, of which every run has one of its own. */
  readonly server?: ServerSettings;
  readonly access: (scenario: Scenario) => ServerAccess;
  readonly clock: Clock;
  /** The sweep's folder. */
  readonly dir: string;
  /** What a run leaves in the cache is for the next to find: all have the same users. */
  readonly keepsCache?: boolean;
  /** Above the ids of all users that were played before. */
  readonly nextUserId: number;
  /** Plays and prints nothing on stdout. */
  play(scenario: Scenario): Promise<Played>;
  isInterrupted(): boolean;
}

/**
 * One run after the other. Where the server's cache may still hold what was said before, every run has users of its
 * own; where it is new or emptied, or is to be kept, all have the same, so that points differ by nothing but what is
 * varied.
 */
export function liveLane(settings: LiveSettings): Lanes {
  const { server, measures, clock, dir, isInterrupted, keepsCache = false } = settings;
  const hasEmptyCache = !server || server.start !== undefined || server.reset !== undefined;
  const hasSameUsers = hasEmptyCache || keepsCache;
  let { nextUserId } = settings;
  let isFirst = true;
  async function played({ scenario, words, key }: Job): Promise<JobResult> {
    const own = hasSameUsers ? scenario : withUsersFrom(nextUserId, scenario);
    const play = () => settings.play(own);
    const log = join(dir, `server-${key.replaceAll(/[^\w.-]+/g, '-')}.log`);
    if (!server) return resultOf(await play(), measures);
    const access = settings.access(own);
    const around = { settings: server, access, clock, words, log, isInterrupted };
    return resultOf(await besideServer(around, play), measures);
  }
  return {
    count: 1,
    async play(job) {
      if (!isFirst && server) await rest(server.restSec, settings);
      isFirst = false;
      const result = await played(job);
      nextUserId = Math.max(nextUserId, result.nextUserId);
      return result;
    },
    async close() {},
  };
}

const LOOK_MS = 200;

async function rest(sec: number, { clock, isInterrupted }: LiveSettings): Promise<void> {
  const untilMs = clock.now() + sec * 1000;
  for (let left = sec * 1000; left > 0; left = untilMs - clock.now()) {
    if (isInterrupted()) throw new Interrupted();
    await sleep(clock, Math.min(left, LOOK_MS));
  }
}

function withUsersFrom(firstUserId: number, scenario: Scenario): Scenario {
  const { population } = scenario;
  return {
    ...scenario,
    population: { ...population, firstUserId: Math.max(population.firstUserId, firstUserId) },
  };
}
