import { EXIT } from '../base/errors.ts';
import { play } from '../play/play.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';
import { openWorkload } from '../workload/load.ts';
import type { Point } from './largest-point.ts';
import { sessionPoint } from './point.ts';
import type { PlayedPoint } from './text.ts';

export interface PointSettings {
  readonly scenario: Scenario;
  /** How long a group rests after each request. */
  readonly gapSec: number;
  readonly apiKey?: string;
  readonly isSimulated: boolean;
  /** Their reports stay in their folders. */
  readonly isQuiet: boolean;
}

export interface PlayOutcome {
  readonly code: number;
  /** Absent if the run was interrupted, or its results could not be kept. */
  readonly point?: PlayedPoint;
}

/** Plays points one after the other, each by users of its own: none finds its prompts in the engine's cache. */
export async function openPoints(settings: PointSettings) {
  const { scenario, isSimulated, isQuiet, apiKey } = settings;
  const workload = await openWorkload(anyUsers(settings));
  const hasOwnEngine = isSimulated || scenario.target.url === 'embedded';
  let { firstUserId } = scenario.population;
  let hasWarned = false;

  function warnOfRepeats(users: number): void {
    const playedBefore = hasOwnEngine ? 0 : firstUserId - scenario.population.firstUserId;
    if (hasWarned || !isRepeating(workload, playedBefore + users)) return;
    hasWarned = true;
    process.stderr.write(
      `warning: there are ${workload.conversations} conversations and more sessions: those played again may be found in the engine's cache\n`,
    );
  }

  return async function playPoint(point: Point): Promise<PlayOutcome> {
    const users = point.groups * point.sessions;
    warnOfRepeats(users);
    let played: PlayedPoint | undefined;
    const code = await play({
      scenario: scenarioOf(settings, point, firstUserId),
      apiKey,
      isSimulated,
      isQuiet,
      workload,
      dialect: {
        finish(run, dir) {
          played = { ...point, ...sessionPoint(run.parts.flatMap(({ records }) => records)), dir };
          return {};
        },
      },
    });
    firstUserId += Math.max(users, scenario.warmup.users);
    return code === EXIT.interrupted ? { code } : { code, point: played };
  };
}

/** As many conversations as groups times sessions, of which one a group has a request in flight, in turn. */
function scenarioOf(
  { scenario, gapSec }: PointSettings,
  { groups, sessions }: Point,
  firstUserId: number,
): Scenario {
  const users = groups * sessions;
  return {
    ...scenario,
    name: `${scenario.name}-${groups}x${sessions}`,
    pacing: { mode: 'think', pauseSec: 0, from: 'intended' },
    population: {
      arrivals: { process: 'closed', concurrency: users },
      users,
      firstUserId,
      maxInFlight: groups,
      turnOrder: 'fair',
      stopWhenExhausted: false,
      ...(gapSec > 0 && { pace: { mode: 'rest', gapSec } }),
    },
  };
}

/** What is said does not depend on how many say it: it is loaded once for all points. */
function anyUsers(settings: PointSettings): Scenario {
  const { firstUserId } = settings.scenario.population;
  const scenario = scenarioOf(settings, { groups: 1, sessions: 1 }, firstUserId);
  return { ...scenario, population: { ...scenario.population, users: undefined } };
}

function isRepeating({ conversations = Infinity }: Workload, users: number): boolean {
  return users > conversations;
}
