import type { Played } from '../play/played.ts';
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
  /** Every run has an engine of its own, whose cache is empty. */
  readonly hasOwnEngine: boolean;
  /** Absent: none is searched for. */
  readonly ttftP95MsMax?: number | undefined;
  play(scenario: Scenario, workload: Workload): Promise<Played>;
  warn(line: string): void;
}

export interface PointOutcome extends Pick<Played, 'outcome'> {
  /** Absent if the run was interrupted: it says nothing about so many. */
  readonly point?: PlayedPoint;
}

/** Plays points one after the other, each by users of its own: none finds its prompts in the engine's cache. */
export async function openPoints(settings: PointSettings) {
  const { scenario, hasOwnEngine } = settings;
  const workload = await openWorkload(anyUsers(settings));
  let { firstUserId } = scenario.population;
  let hasWarned = false;

  function warnOfRepeats(users: number): void {
    const playedBefore = hasOwnEngine ? 0 : firstUserId - scenario.population.firstUserId;
    if (hasWarned || !isRepeating(workload, playedBefore + users)) return;
    hasWarned = true;
    settings.warn(
      `warning: there are ${workload.conversations} conversations and more sessions: those played again may be found in the engine's cache`,
    );
  }

  return async function playPoint(point: Point): Promise<PointOutcome> {
    const users = point.groups * point.sessions;
    warnOfRepeats(users);
    const played = await settings.play(scenarioOf(settings, point, firstUserId), workload);
    firstUserId += Math.max(users, scenario.warmup.users);
    const { run, dir, outcome } = played;
    if (outcome === 'interrupted') return { outcome };
    const records = run.parts.flatMap((part) => part.records);
    return { outcome, point: { ...point, ...sessionPoint(records, settings.ttftP95MsMax), dir } };
  };
}

function scenarioOf(
  { scenario, gapSec }: PointSettings,
  { groups, sessions }: Point,
  firstUserId: number,
): Scenario {
  const changed = sessionsScenario(scenario, {
    groups,
    users: groups * sessions,
    firstUserId,
    gapSec,
  });
  return { ...changed, name: `${scenario.name}-${groups}x${sessions}` };
}

interface Held {
  readonly groups: number;
  /** Sessions of all groups together. */
  readonly users: number;
  readonly firstUserId: number;
  readonly gapSec: number;
}

/** So many conversations, of which each group has a request in flight, in turn. */
export function sessionsScenario(
  scenario: Scenario,
  { groups, users, firstUserId, gapSec }: Held,
): Scenario {
  // Rounds after the first are measured, of each session: none may go into the warming up.
  const { durationSec: _, ...warmup } = scenario.warmup;
  return {
    ...scenario,
    warmup,
    pacing: { mode: 'think', pauseSec: 0, from: 'intended' },
    population: {
      arrivals: { process: 'closed', concurrency: users, startUp: 'measured' },
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
