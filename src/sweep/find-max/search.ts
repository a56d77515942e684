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
  /** Where the cache remembers: the same of loads that come after more than the engine holds. */
  readonly fromAbove?: Omit<Found, 'visits' | 'fromAbove'>;
  /** precision: it is known well enough; repeats: what lies between cannot be decided by so many runs each. */
  readonly endedBy: 'precision' | 'runs' | 'min' | 'max';
}

/** Between two looks at a load that is undecided so many runs are added: few looks, so that chance has few chances. */
const LOOKS = [1, 2, 3];

/** Of all runs that there may be: what coming from below may take. */
const OF_BELOW = 2 / 3;

/** A list of loads to play, and what came of each of them. */
type Search<T> = Generator<readonly number[], T, readonly Visit[]>;

/**
 * Asks for loads to be played, a list at a time, of which the order counts and each run is a new one; is told what each
 * of them says; and returns what it knows. Where the cache remembers, it searches twice: each load is come to from a
 * lower one; then, from what was found so, down again, each load after one that is too much.
 */
export function* searchMax(settings: SearchSettings): Search<Found> {
  const visits: Visit[] = [];
  if (!settings.isRemembering) return { visits, ...(yield* searched(settings, visits)) };
  const runsMax = Math.ceil(settings.runsMax * OF_BELOW);
  const below = yield* searched({ ...settings, runsMax }, visits, 'below');
  const { within, beyond } = below;
  if (within === undefined || beyond === undefined) {
    const isShort = below.endedBy === 'runs';
    return { visits, ...(isShort ? yield* searched(settings, visits, 'below') : below) };
  }
  const down = { ...settings, start: within };
  const fromAbove = yield* searched(down, visits, 'above', beyond);
  return { visits, ...below, fromAbove };
}

/**
 * Doubles or halves until one load is within and one beyond, then goes to the middle of what lies between. A load is
 * within or beyond only when the interval of all of its runs lies on one side.
 *
 * @param visits of all searches, to which its own are added
 * @param from where its loads are come to from; absent: that does not matter
 * @param tooMuch a load that is known to be beyond
 */
function* searched(
  settings: SearchSettings,
  visits: Visit[],
  from?: 'below' | 'above',
  tooMuch?: number,
): Search<Omit<Found, 'visits'>> {
  const { start, min, max, precision, repeatsMax, runsMax, isWhole } = settings;
  const sides = new Map<number, Side>(tooMuch === undefined ? [] : [[tooMuch, 'beyond']]);
  const own = () => visits.filter((visit, index) => isComeToFrom(from, visit, index));
  const most = (side: Side) => Math.max(-Infinity, ...at(side));
  const least = (side: Side) => Math.min(Infinity, ...at(side));
  function at(side: Side): number[] {
    return [...sides].flatMap(([x, is]) => (is === side ? [x] : []));
  }

  /** What is played before a load, so that it is come to as it is to be. */
  function before(x: number): number | undefined {
    if (from === undefined) return undefined;
    if (from === 'above') return Math.min(...at('beyond').filter((one) => one > x));
    const known = at('within').filter((one) => one < x);
    return known.length > 0 ? Math.max(...known) : Math.max(min, whole(x / 2, isWhole));
  }

  function* judge(x: number): Search<void> {
    let played = 0;
    for (let look = 0; played < repeatsMax && visits.length < runsMax; look++) {
      const count = Math.min(LOOKS[look] ?? LOOKS.at(-1)!, repeatsMax - played);
      played += count;
      const first = before(x);
      const loads = times(x, count).flatMap((one) => (first === undefined ? [one] : [first, one]));
      visits.push(...(yield loads.slice(0, runsMax - visits.length)));
      const here = own().filter((visit) => visit.x === x);
      // The last one may have been the one before.
      if (here.length === 0) return;
      sides.set(x, sideOf(here));
      if (sides.get(x) !== 'undecided') return;
    }
  }

  const found = (endedBy: Found['endedBy']): Omit<Found, 'visits'> => {
    const [within, beyond] = [most('within'), least('beyond')];
    const bound = boundOf(own());
    return {
      ...(within > -Infinity && { within }),
      ...(beyond < Infinity && { beyond }),
      ...(bound && { bound }),
      endedBy,
    };
  };

  // What was played on the way says something, too.
  for (const x of new Set(own().map((visit) => visit.x))) {
    sides.set(x, sideOf(own().filter((visit) => visit.x === x)));
  }
  let x = start;
  for (;;) {
    if (visits.length >= runsMax) return found('runs');
    yield* judge(x);
    const side = sides.get(x);
    if (side === 'within' && x >= max) return found('max');
    if (side === 'beyond' && x <= min) return found('min');
    const isKnown = isPrecise(boundOf(own()), precision);
    if (isKnown && sides.size > 1) return found('precision');
    const next = nextLoad({ sides, min, max, isWhole, precision });
    if (next === undefined) return found('precision');
    x = next;
  }
}

function sideOf(here: readonly Visit[]): Side {
  const limits = here[0]!.estimates.map((_, limit) => pooled(here.map((v) => v.estimates[limit]!)));
  return sideOfAll(limits.map(({ side }) => side));
}

function isPrecise(bound: Bound | undefined, precision: number): boolean {
  if (bound?.by !== 'fit') return false;
  const [low, high] = bound.interval95;
  return high <= low * (1 + precision);
}

/** Twice the same load is as come to from below, but for the first run of all, which finds nothing. */
function isComeToFrom(asked: 'below' | 'above' | undefined, visit: Visit, index: number): boolean {
  if (asked === undefined || visit.from === asked) return true;
  return asked === 'below' && visit.from === undefined && index > 0;
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
