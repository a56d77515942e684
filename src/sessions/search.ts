import type { Clock } from '../base/clock.ts';
import { EngineUnreachable, EXIT } from '../base/errors.ts';
import { measure } from '../report/number.ts';
import { GOALS, largestPoint, type Point } from './largest-point.ts';
import { isWithinBound } from './point.ts';
import type { PlayOutcome } from './points.ts';
import type { PlayedPoint, SessionSearch } from './text.ts';

type SearchSettings = Pick<SessionSearch, 'goal' | 'groupsMax' | 'sessionsMax' | 'ttftP95MsMax'>;

/**
 * Plays the points that the search asks for, until it is done, interrupted, or a run could not be played
 * or kept, which its exit code says. Such a point is not counted.
 */
export async function searchPoints(
  settings: SearchSettings,
  playPoint: (point: Point) => Promise<PlayOutcome>,
  clock: Clock,
): Promise<{ found: SessionSearch; code: number }> {
  const points: PlayedPoint[] = [];
  const interrupts = noteInterrupts();
  const result = (code: number) => ({
    found: { ...settings, points, isComplete: code === EXIT.ok },
    code,
  });
  try {
    const search = largestPoint({ ...settings, goal: GOALS[settings.goal] });
    let step = search.next();
    while (!step.done) {
      const { code, point } = await playPoint(step.value).catch((error: unknown) => {
        // What was found before the engine went away is worth printing.
        if (!(error instanceof EngineUnreachable) || points.length === 0) throw error;
        process.stderr.write(`error: ${error.message}\n`);
        return { code: error.exitCode, point: undefined };
      });
      if (code === EXIT.engineUnreachable) {
        process.stderr.write('error: the engine cannot be reached; the search ends here\n');
      }
      if (code !== EXIT.ok || !point) return result(code);
      points.push(point);
      const isWithin = isWithinBound(point, settings.ttftP95MsMax);
      tell(point, isWithin);
      step = search.next(isWithin);
      await nextEvents(clock);
      if (interrupts.has() && !step.done) return result(EXIT.interrupted);
    }
    return result(EXIT.ok);
  } finally {
    interrupts.stop();
  }
}

function tell({ groups, sessions, completed, failed, ...rest }: PlayedPoint, is: boolean): void {
  process.stderr.write(
    `groups ${groups} x sessions ${sessions}: ${completed} requests, ${failed} failed, TTFT p95 after round 1 ${measure(rest.followUpTtftP95Ms)} ms: ${is ? 'within' : 'not within'} the bound\n`,
  );
}

/** A run in virtual time is one long loop: signals that came meanwhile are told when Node looks for events. */
function nextEvents(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, 0);
  });
}

/** A live run drains by itself, see interrupts.ts; this is for what comes after it. */
function noteInterrupts() {
  let has = false;
  const listener = (): void => {
    has = true;
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    has: () => has,
    stop() {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
