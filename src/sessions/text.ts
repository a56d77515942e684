import { counted } from '../base/counted.ts';
import { measure } from '../report/number.ts';
import { tableText } from '../report/render/table.ts';
import { sectionsText } from '../report/render/text.ts';
import type { Section, Table } from '../report/section.ts';
import { bestOf, GOALS, type Point } from './largest-point.ts';
import { isWithinBound, type SessionPoint } from './point.ts';

export interface PlayedPoint extends Point, SessionPoint {
  /** Run folder; of several runs, the first. */
  readonly dir: string;
  /** Of how many runs it is the sum, and the mean of their percentiles; absent: of one. */
  readonly runs?: number;
  /** The interval of all of its runs has the bound in it: it may be within, or not. */
  readonly isUndecided?: true;
  /** It was asked for one run: what that says counts, however uncertain. */
  readonly isByOneRun?: true;
}

export interface SessionSearch {
  readonly goal: keyof typeof GOALS;
  readonly groupsMax: number;
  readonly sessionsMax: number;
  readonly ttftP95MsMax: number;
  /** In the order in which they were played. */
  readonly points: readonly PlayedPoint[];
  /** False if it was interrupted, or the engine went away: there may be better points. */
  readonly isComplete: boolean;
}

/** Whether a point is within the bound: for certain, by the interval of all of its runs. */
export type Verdict = 'yes' | 'no' | 'undecided';

export function verdictOf(point: PlayedPoint, ttftP95MsMax: number): Verdict {
  if (point.isUndecided && !point.isByOneRun) return 'undecided';
  return isWithinBound(point, ttftP95MsMax) ? 'yes' : 'no';
}

/** One line a point, in the order given, of at most `width` columns. */
export function sessionTable(
  points: readonly PlayedPoint[],
  ttftP95MsMax?: number,
  width?: number,
): string {
  return tableText(pointsTable(points, ttftP95MsMax), width);
}

/** The table by size, and the answer. */
export function sessionSearchText(search: SessionSearch, width?: number): string {
  return sectionsText([sessionSearchSection(search)], width);
}

export function sessionSearchSection(search: SessionSearch): Section {
  const { points, ttftP95MsMax } = search;
  const bySize = points.toSorted((a, b) => a.groups - b.groups || a.sessions - b.sessions);
  return {
    ...(points.length > 0 && { table: pointsTable(bySize, ttftP95MsMax) }),
    lines: answer(search),
  };
}

function pointsTable(points: readonly PlayedPoint[], ttftP95MsMax: number | undefined): Table {
  const hasBound = ttftP95MsMax !== undefined;
  return {
    columns: [
      { title: 'groups', format: 'count' },
      { title: 'sessions each', format: 'count' },
      { title: 'sessions', format: 'count' },
      { title: 'requests', format: 'count' },
      { title: 'failed', format: 'count' },
      { title: 'TTFT p95 after round 1,', unit: 'ms' },
      ...(hasBound ? [{ title: `within ${ttftP95MsMax} ms` }] : []),
    ],
    rows: points.map((point) => ({
      cells: [
        point.groups,
        point.sessions,
        held(point),
        point.completed,
        point.failed,
        point.followUpTtftP95Ms,
        ...(hasBound ? [verdictOf(point, ttftP95MsMax)] : []),
      ],
    })),
  };
}

/** Everything that was found; keys as in summary.json: units end the names, an absent one is unknown. */
export function sessionSearchJson(search: SessionSearch): string {
  const { points, ...settings } = search;
  const json = {
    format: 'confab-sessions',
    version: 1,
    ...settings,
    best: bestPoint(search),
    points: withVerdicts(search),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

export function bestPoint(search: SessionSearch) {
  return bestOf(withVerdicts(search), GOALS[search.goal]);
}

function withVerdicts({ points, ttftP95MsMax }: SessionSearch) {
  return points.map(({ estimate: _, ...point }) => ({
    ...point,
    totalSessions: held(point),
    isWithin: verdictOf(point, ttftP95MsMax) === 'yes',
  }));
}

function answer(search: SessionSearch): string[] {
  const { isComplete, ttftP95MsMax, groupsMax, sessionsMax } = search;
  const best = bestPoint(search);
  const lines = [];
  if (best) {
    const { groups, sessions, totalSessions, followUpTtftP95Ms } = best;
    lines.push(
      `${isComplete ? 'Largest' : 'Largest so far'} (${GOAL_TEXT[search.goal]}): ${counted(groups, 'group')} x ${counted(sessions, 'session')} = ${counted(totalSessions, 'session')}, with a TTFT p95 of ${measure(followUpTtftP95Ms)} ms after round 1 (bound ${ttftP95MsMax} ms)`,
    );
    const reached = [
      ...(groups === groupsMax ? [`--max-groups ${groupsMax}`] : []),
      ...(sessions === sessionsMax ? [`--max-sessions ${sessionsMax}`] : []),
    ];
    if (isComplete && reached.length > 0) {
      lines.push(`It is at ${reached.join(' and ')}: there may be larger ones beyond.`);
    }
  } else if (isComplete) {
    const kept = keptByChance(search);
    lines.push(
      kept
        ? `No point is within the bound for certain. The largest that has kept it is ${counted(kept.groups, 'group')} x ${counted(kept.sessions, 'session')}, with too few requests to be certain.`
        : `Not even 1 group x 1 session is within the bound: ${whyNot(search)}`,
    );
  }
  const undecided = openPoints(search);
  if (undecided.length > 0) {
    const what = undecided[0]!.isByOneRun ? '' : ', and they do not count';
    lines.push(
      `Of ${undecided.length} of ${search.points.length} points it is not certain on which side of the bound they are${what}: more --rounds or --max-repeats make sure.`,
    );
  }
  if (!isComplete) lines.push('The search did not come to its end: there may be larger ones.');
  return lines;
}

/** Those that are undecided, and that no larger one that is within speaks for. */
function openPoints(search: SessionSearch): PlayedPoint[] {
  const { points, ttftP95MsMax } = search;
  const within = points.filter((one) => !one.isUndecided && verdictOf(one, ttftP95MsMax) === 'yes');
  return points.filter(
    ({ isUndecided, groups, sessions }) =>
      isUndecided && !within.some((one) => one.groups >= groups && one.sessions >= sessions),
  );
}

/** The best of those that are undecided and have kept the bound. */
function keptByChance({ points, ttftP95MsMax, goal }: SessionSearch) {
  const kept = points.map((point) => ({
    ...point,
    isWithin: verdictOf(point, ttftP95MsMax) === 'undecided' && isWithinBound(point, ttftP95MsMax),
  }));
  return bestOf(kept, GOALS[goal]);
}

function whyNot({ points, ttftP95MsMax }: SessionSearch): string {
  const { failed = 0, followUpTtftP95Ms } = points[0] ?? {};
  if (failed > 0) return `${failed} of its requests failed`;
  if (followUpTtftP95Ms === undefined) return 'it has no answer after round 1 to measure';
  return `its TTFT p95 after round 1 is ${measure(followUpTtftP95Ms)} ms, above ${ttftP95MsMax} ms`;
}

const GOAL_TEXT = {
  sessions: 'most sessions',
  balanced: 'greatest 2CS/(C+S)',
} as const;

function held({ groups, sessions }: Point): number {
  return groups * sessions;
}
