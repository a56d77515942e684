/** So many groups, each with one request in flight, that each go round so many sessions. */
export interface Point {
  readonly groups: number;
  readonly sessions: number;
}

/** What a point is worth. It must grow with groups and with sessions. */
export type Goal = (point: Point) => number;

export const GOALS = {
  /** C·S: sessions held. */
  sessions: ({ groups, sessions }) => groups * sessions,
  /** 2·C·S / (C + S), the harmonic mean: what LMBenchmark's real-multi-round-qa/plot.py picks by. */
  balanced: ({ groups, sessions }) => (2 * groups * sessions) / (groups + sessions),
} as const satisfies Record<string, Goal>;

export interface SearchLimits {
  readonly groupsMax: number;
  readonly sessionsMax: number;
  readonly goal: Goal;
}

/**
 * Asks for points, is told of each whether it is within the bound, and ends when no other point can be
 * better than the best of those (`bestOf`). It takes for granted that who is within the bound with more
 * groups or more sessions is so with fewer; then it asks for none whose answer follows from earlier ones.
 *
 * Groups go up by doubling, then the gaps between are bisected, that one first which may hold the most, so
 * that a good point found early rules out the others; for each number of groups, the same with sessions, from the least that would be an improvement: what cannot improve on the best is not asked, and
 * big overloads, which take longest to play, are avoided. At most 1 + 2·ceil(log2 sessionsMax) points for
 * one number of groups, and mostly one or none.
 */
export function* largestPoint({
  groupsMax,
  sessionsMax,
  goal,
}: SearchLimits): Generator<Point, void, boolean> {
  let bestValue = 0;

  /** Returns a bound on the sessions that are possible with so many groups, given one that holds for fewer. */
  function* sessionsFor(groups: number, most: number): Generator<Point, number, boolean> {
    const least = leastAbove(bestValue, groups, most, goal);
    if (least === undefined) return most;
    if (!(yield { groups, sessions: least })) return least - 1;
    let good = least;
    let bad = most + 1;
    while (bad - good > 1) {
      const sessions = bad > most ? Math.min(2 * good, most) : Math.floor((good + bad) / 2);
      if (yield { groups, sessions }) good = sessions;
      else bad = sessions;
    }
    bestValue = goal({ groups, sessions: good });
    return good;
  }

  let last: Bound = { groups: 1, most: yield* sessionsFor(1, sessionsMax) };
  const bounds = [last];
  while (
    last.groups < groupsMax &&
    last.most > 0 &&
    goal({ groups: groupsMax, sessions: last.most }) > bestValue
  ) {
    const groups = Math.min(2 * last.groups, groupsMax);
    last = { groups, most: yield* sessionsFor(groups, last.most) };
    bounds.push(last);
  }
  const gaps = bounds
    .slice(0, -1)
    .map((left, index) => ({ left, right: bounds[index + 1]!.groups }));
  /** The most that a point between the two can be worth. */
  const worthOf = ({ left, right }: Gap): number =>
    right - left.groups < 2 ? 0 : goal({ groups: right - 1, sessions: left.most });
  for (;;) {
    const gap = gaps.reduce((best, other) => (worthOf(other) > worthOf(best) ? other : best), NONE);
    if (worthOf(gap) <= bestValue) return;
    gaps.splice(gaps.indexOf(gap), 1);
    const groups = Math.floor((gap.left.groups + gap.right) / 2);
    const middle = { groups, most: yield* sessionsFor(groups, gap.left.most) };
    gaps.push({ left: gap.left, right: groups }, { left: middle, right: gap.right });
  }
}

/** With so many groups there are at most so many sessions within the bound. */
interface Bound {
  readonly groups: number;
  readonly most: number;
}

/** The numbers of groups between two that were asked about. */
interface Gap {
  readonly left: Bound;
  readonly right: number;
}

const NONE: Gap = { left: { groups: 0, most: 0 }, right: 0 };

/** The best of the points that are within the bound; of equals, the first. */
export function bestOf<T extends Point & { readonly isWithin: boolean }>(
  points: readonly T[],
  goal: Goal,
): T | undefined {
  let best: T | undefined;
  for (const point of points) {
    if (point.isWithin && (!best || goal(point) > goal(best))) best = point;
  }
  return best;
}

/** The fewest sessions, up to `most`, that make a point worth more than `value`. */
function leastAbove(value: number, groups: number, most: number, goal: Goal): number | undefined {
  for (let sessions = 1; sessions <= most; sessions++) {
    if (goal({ groups, sessions }) > value) return sessions;
  }
  return undefined;
}
