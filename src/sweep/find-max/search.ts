import { type Bound, boundOf, type Visit } from './bound.ts';
import { pooled, type Side, sideOfAll } from './estimate.ts';

export interface SearchSettings {
  /** Where it begins. */
  readonly start: number;
  readonly min: number;
  readonly max: number;
  /** Only whole numbers of users and sessions can be played. */
  readonly isWhole: boolean;
  /** It is enough to know the bound by this share of it: 0.05. */
  readonly precision: number;
  /** Runs of one load, at most, before it is called undecided. */
  readonly repeatsMax: number;
  readonly runsMax: number;
  /** What was played before changes what is found: loads are come to from below and from above. */
  readonly isRemembering: boolean;
}

/** What is known when no more is asked for. */
export interface Found {
  readonly visits: readonly Visit[];
  /** Greatest load that is within, and least that is beyond, each for certain. */
  readonly within?: number;
  readonly beyond?: number;
  readonly bound?: Bound;
  /** precision: it is known well enough; repeats: what lies between cannot be decided by so many runs each. */
  readonly endedBy: 'precision' | 'runs' | 'min' | 'max';
}

/** Between two looks at a load that is undecided so many runs are added: few looks, so that chance has few chances. */
const LOOKS = [1, 2, 3];

/**
 * Asks for loads to be played, a list at a time, of which the order counts and each run is a new one; is told what each
 * of them says; and returns what it knows. Doubles or halves until one load is within and one beyond, then goes to the
 * middle of what lies between. A load is within or beyond only when the interval of all of its runs lies on one side.
 */
export function* searchMax(
  settings: SearchSettings,
): Generator<readonly number[], Found, readonly Visit[]> {
  const { start, min, max, precision, repeatsMax, runsMax, isWhole } = settings;
  const visits: Visit[] = [];
  const sides = new Map<number, Side>();
  const sideAt = (x: number) => sides.get(x);
  const most = (side: Side) => Math.max(-Infinity, ...at(side));
  const least = (side: Side) => Math.min(Infinity, ...at(side));
  function at(side: Side): number[] {
    return [...sides].flatMap(([x, is]) => (is === side ? [x] : []));
  }

  function* judge(x: number): Generator<readonly number[], void, readonly Visit[]> {
    let played = 0;
    for (let look = 0; played < repeatsMax && visits.length < runsMax; look++) {
      const count = Math.min(LOOKS[look] ?? LOOKS.at(-1)!, repeatsMax - played);
      played += count;
      const loads = settings.isRemembering && look > 0 ? approached(x, count) : times(x, count);
      visits.push(...(yield loads.slice(0, runsMax - visits.length)));
      sides.set(x, sideOf(visits, x));
      // One look may have found it cold, or come to from above.
      const isSeenOnce = settings.isRemembering && look === 0 && sideAt(x) === 'beyond';
      if (sideAt(x) !== 'undecided' && !isSeenOnce) return;
    }
  }

  /** The load once more, come to from the neighbours below and above by turns. */
  function approached(x: number, count: number): number[] {
    const below = most('within');
    const above = least('beyond');
    return times(x, count).flatMap((one, index) => {
      const by = index % 2 === 0 ? above : below;
      return Number.isFinite(by) && by !== x ? [by, one] : [one];
    });
  }

  const found = (endedBy: Found['endedBy']): Found => {
    const [within, beyond] = [most('within'), least('beyond')];
    const bound = boundOf(visits);
    return {
      visits,
      ...(within > -Infinity && { within }),
      ...(beyond < Infinity && { beyond }),
      ...(bound && { bound }),
      endedBy,
    };
  };

  let x = start;
  for (;;) {
    if (visits.length >= runsMax) return found('runs');
    yield* judge(x);
    const side = sideAt(x);
    if (side === 'within' && x >= max) return found('max');
    if (side === 'beyond' && x <= min) return found('min');
    const isKnown = isPrecise(boundOf(visits), precision);
    if (isKnown && sides.size > 1) return found('precision');
    const next = nextLoad({ sides, min, max, isWhole, precision });
    if (next === undefined) return found('precision');
    x = next;
  }
}

function sideOf(visits: readonly Visit[], x: number): Side {
  const here = visits.filter((visit) => visit.x === x);
  const limits = here[0]!.estimates.map((_, limit) => pooled(here.map((v) => v.estimates[limit]!)));
  return sideOfAll(limits.map(({ side }) => side));
}

function isPrecise(bound: Bound | undefined, precision: number): boolean {
  if (bound?.by !== 'fit') return false;
  const [low, high] = bound.interval95;
  return high <= low * (1 + precision);
}

interface Known {
  readonly sides: ReadonlyMap<number, Side>;
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
  readonly precision: number;
}

/**
 * What to play next: farther out where one side has not been seen, else the middle of the widest gap between what is
 * within, what is undecided and what is beyond; undefined: no gap is worth it.
 */
function nextLoad({ sides, min, max, isWhole, precision }: Known): number | undefined {
  const loads = [...sides.keys()].sort((a, b) => a - b);
  const from = loads.findLastIndex((x) => sides.get(x) === 'within');
  const to = loads.findIndex((x) => sides.get(x) === 'beyond');
  const [lowest, highest] = [loads[0]!, loads.at(-1)!];
  if (from < 0 && lowest > min) return Math.max(min, whole(lowest / 2, isWhole));
  if (to < 0 && highest < max) return Math.min(max, whole(highest * 2, isWhole));
  // A small load may be undecided for want of requests.
  const first = Math.max(0, from);
  const last = to < 0 ? loads.length - 1 : to;
  let widest: { ratio: number; middle: number } | undefined;
  for (let index = Math.min(first, last); index < Math.max(first, last); index++) {
    const [low, high] = [loads[index]!, loads[index + 1]!];
    const middle = whole(Math.sqrt(low * high), isWhole);
    const ratio = high / low;
    const isWorth = ratio > 1 + precision && middle > low && middle < high;
    if (isWorth && ratio > (widest?.ratio ?? 0)) widest = { ratio, middle };
  }
  return widest?.middle;
}

function whole(x: number, isWhole: boolean): number {
  return isWhole ? Math.max(1, Math.round(x)) : Number(x.toPrecision(4));
}

function times(x: number, count: number): number[] {
  return Array<number>(count).fill(x);
}
