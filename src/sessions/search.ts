import { type Clock, sleep } from '../base/clock.ts';
import { EngineUnreachable, Interrupted } from '../base/errors.ts';
import type { Outcome } from '../play/played.ts';
import { measure } from '../report/number.ts';
import { type Estimate, pooled, type Side } from '../sweep/find-max/estimate.ts';
import { GOALS, largestPoint, type Point } from './largest-point.ts';
import type { PointOutcome } from './points.ts';
import { type PlayedPoint, type SessionSearch, type Verdict, verdictOf } from './text.ts';

type SearchSettings = Pick<SessionSearch, 'goal' | 'groupsMax' | 'sessionsMax' | 'ttftP95MsMax'> & {
  /** Runs of a point, at most, until it is certain on which side of the bound it is; default: `REPEATS_MAX`. */
  readonly repeatsMax?: number;
};

export const REPEATS_MAX = 6;

export interface SearchSurroundings {
  readonly clock: Clock;
  playPoint(point: Point): Promise<PointOutcome>;
  /** Asked between two points: a run that is interrupted says so itself. */
  isInterrupted(): boolean;
  /** A line about every point, and about what ended the search. */
  say(line: string): void;
}

/**
 * Plays the points that the search asks for, until it is done, interrupted, or a run could not be played
 * or kept, which its outcome says. Such a point is not counted.
 */
export async function searchPoints(
  { repeatsMax = REPEATS_MAX, ...settings }: SearchSettings,
  { clock, playPoint, isInterrupted, say }: SearchSurroundings,
): Promise<{ found: SessionSearch; outcome: Outcome }> {
  const points: PlayedPoint[] = [];
  const result = (outcome: Outcome) => ({
    found: { ...settings, points, isComplete: outcome === 'ok' },
    outcome,
  });
  /** Played again, by other users, while its interval lies on both sides of the bound and more runs could change that. */
  async function judged(asked: Point): Promise<PointOutcome> {
    const runs: PlayedPoint[] = [];
    for (;;) {
      const played = await playPoint(asked);
      if (!played.point) return played;
      runs.push(played.point);
      const side = sideOf(runs);
      const isOpen = side === 'undecided' && runs.length < repeatsMax && canTell(runs, repeatsMax);
      if (!isOpen || isInterrupted()) {
        return { outcome: played.outcome, point: together(runs, side, repeatsMax) };
      }
      await nextEvents(clock);
    }
  }

  const search = largestPoint({ ...settings, goal: GOALS[settings.goal] });
  let step = search.next();
  while (!step.done) {
    const { outcome, point } = await judged(step.value).catch((error: unknown): PointOutcome => {
      // What was found before the engine went away, or the user, is worth printing.
      if (error instanceof Interrupted && points.length > 0) return { outcome: 'interrupted' };
      if (!(error instanceof EngineUnreachable) || points.length === 0) throw error;
      say(`error: ${error.message}`);
      return { outcome: 'unreachable' };
    });
    if (outcome === 'unreachable') {
      say('error: the engine cannot be reached; the search ends here');
    }
    // A load under which nothing was completed is too much, and no reason to end.
    const isTooMuch = outcome === 'failed' && point?.completed === 0;
    if (!point || (outcome !== 'ok' && !isTooMuch)) return result(outcome);
    points.push(point);
    say(pointLine(point, verdictOf(point, settings.ttftP95MsMax)));
    step = search.next(goesOn(point, settings.ttftP95MsMax));
    await nextEvents(clock);
    if (isInterrupted() && !step.done) return result('interrupted');
  }
  return result('ok');
}

/** A failure, or that nothing was measured, says enough by itself. */
function sideOf(runs: readonly PlayedPoint[]): Side {
  const estimates = runs.flatMap(({ estimate }) => estimate ?? []);
  const isPlain = estimates.length < runs.length || runs.some(({ failed }) => failed > 0);
  return isPlain ? 'beyond' : pooled(estimates).side;
}

/** Whether as many runs as there may be, all like these, would be certain; or these are near the bound. */
function canTell(runs: readonly PlayedPoint[], repeatsMax: number): boolean {
  const estimates = runs.flatMap(({ estimate }) => estimate ?? []);
  const many = Array.from({ length: repeatsMax }, (_, index) => estimates[index % runs.length]!);
  return pooled(many).side !== 'undecided' || hasSomeBeyond(estimates);
}

function hasSomeBeyond(estimates: readonly Estimate[]): boolean {
  return estimates.some((one) => one.kind === 'share' && one.beyond > 0);
}

/** Larger ones are worth a look: it is within, or it has kept the bound with too few requests to be certain. */
function goesOn(point: PlayedPoint, ttftP95MsMax: number): boolean {
  const verdict = verdictOf(point, ttftP95MsMax);
  if (verdict !== 'undecided') return verdict === 'yes';
  return point.estimate !== undefined && !hasSomeBeyond([point.estimate]);
}

function together(runs: readonly PlayedPoint[], side: Side, repeatsMax: number): PlayedPoint {
  const [first] = runs;
  const sum = (of: (run: PlayedPoint) => number) => runs.reduce((all, run) => all + of(run), 0);
  const isMeasured = runs.every(({ followUpTtftP95Ms }) => followUpTtftP95Ms !== undefined);
  return {
    ...first!,
    completed: sum(({ completed }) => completed),
    failed: sum(({ failed }) => failed),
    ...(isMeasured && {
      followUpTtftP95Ms: sum((run) => run.followUpTtftP95Ms!) / runs.length,
    }),
    ...(runs.length > 1 && { runs: runs.length }),
    ...(side === 'undecided' && { isUndecided: true }),
    ...(side === 'undecided' && repeatsMax === 1 && { isByOneRun: true }),
  };
}

function pointLine(point: PlayedPoint, verdict: Verdict): string {
  const { groups, sessions, completed, failed, followUpTtftP95Ms } = point;
  const ttft = `TTFT p95 after round 1 ${measure(followUpTtftP95Ms)} ms`;
  return `groups ${groups} x sessions ${sessions}: ${completed} requests, ${failed} failed, ${ttft}: ${LINES[verdict]}`;
}

const LINES = {
  yes: 'within the bound',
  no: 'not within the bound',
  undecided: 'it is not certain whether within the bound',
} satisfies Record<Verdict, string>;

/** A run in virtual time is one long loop: signals that came meanwhile are told when Node looks for events. */
function nextEvents(clock: Clock): Promise<void> {
  return sleep(clock, 0);
}
