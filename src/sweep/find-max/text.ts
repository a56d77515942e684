import { counted } from '../../base/counted.ts';
import { measure } from '../../report/number.ts';
import type { Section, Table } from '../../report/section.ts';
import { moments } from '../../stats/exact.ts';
import type { Measure } from '../measure.ts';
import type { Bound } from './bound.ts';
import { pooled, type Side, sideOfAll } from './estimate.ts';
import type { Searched, SearchRun } from './find-max.ts';
import type { Found, SearchSettings } from './search.ts';

export interface SearchShown {
  /** Of the load. */
  readonly name: string;
  readonly settings: SearchSettings;
  readonly searched: Searched;
  /** The limits as they were asked for, one each estimate of a run. */
  readonly limits: readonly string[];
  /** What is measured of them. */
  readonly columns: readonly Measure[];
}

/** Every load that was played, and the answer. */
export function searchSection(shown: SearchShown): Section {
  const { searched } = shown;
  return {
    ...(searched.runs.length > 0 && { table: loadsTable(shown) }),
    lines: answer(shown),
    notes: doubts(shown),
  };
}

interface Load {
  readonly x: number;
  readonly from?: 'below' | 'above';
  readonly runs: readonly SearchRun[];
  readonly side: Side;
}

/** In ascending order; where the cache remembers, each as often as it is come to from another side. */
export function loadsOf(runs: readonly SearchRun[], isRemembering = false): Load[] {
  const at = new Map<string, SearchRun[]>();
  runs.forEach((run, index) => {
    // The first run of all finds nothing in the cache.
    const from = isRemembering && (run.from ?? (index > 0 ? 'below' : ''));
    const key = `${run.x} ${from}`;
    at.set(key, [...(at.get(key) ?? []), run]);
  });
  return [...at.values()]
    .map((here) => {
      const { x, from = here[0] === runs[0] ? undefined : 'below' } = here[0]!;
      const told = isRemembering && from !== undefined ? { from } : {};
      return { x, ...told, runs: here, side: sideOf(here) };
    })
    .sort((a, b) => a.x - b.x || (a.from ?? '').localeCompare(b.from ?? ''));
}

function sideOf(runs: readonly SearchRun[]): Side {
  const limits = runs[0]!.estimates.map((_, limit) =>
    pooled(runs.map(({ estimates }) => estimates[limit]!)),
  );
  return sideOfAll(limits.map(({ side }) => side));
}

function loadsTable({ name, searched, columns, settings: { isRemembering } }: SearchShown): Table {
  return {
    columns: [
      { title: name },
      ...(isRemembering ? [{ title: 'come to from' }] : []),
      { title: 'runs', format: 'count' },
      ...columns.map(({ title, unit, format }, index) => ({
        title,
        ...(unit === 'ms' || unit.endsWith('/s') ? { unit } : {}),
        format,
        ...(index > 3 && { detail: index }),
      })),
      { title: 'verdict' },
    ],
    rows: loadsOf(searched.runs, isRemembering).map(({ x, from, runs, side }) => ({
      cells: [
        loadText(x),
        ...(isRemembering ? [from ?? 'an empty cache'] : []),
        runs.length,
        ...columns.map(({ name: one }) => meanOf(runs, one)),
        side,
      ],
    })),
  };
}

function meanOf(runs: readonly SearchRun[], name: string): number | undefined {
  const values = runs.flatMap(({ result }) => result.readings[name]?.value ?? []);
  return values.length > 0 ? moments(Float64Array.from(values)).mean : undefined;
}

function answer(shown: SearchShown): string[] {
  const { name, settings, searched, limits } = shown;
  const { runs, found } = searched;
  const asked = limits.join(', ');
  if (!found) return [`The search did not come to its end: ${counted(runs.length, 'run')} so far.`];
  const { bound, within, beyond, endedBy } = found;
  const played = `${counted(runs.length, 'run')} at ${counted(loadsOf(runs).length, 'load')}`;
  if (endedBy === 'min') {
    return [`Not even ${name} ${loadText(settings.min)} is within ${asked}: ${played}.`];
  }
  if (endedBy === 'max') {
    return [
      `${name} ${loadText(settings.max)}, the most that was to be played, is within ${asked}: ${played}.`,
    ];
  }
  if (!bound) {
    return [
      `No bound was found for ${asked}: ${played}. Loads that are undecided lie at a limit, or their runs have too few requests: play longer ones, or more (--max-repeats).`,
    ];
  }
  const short = shortOf(shown);
  if (short && !settings.isWhole) return [...shortText(short, shown, bound), `${played}.`];
  const certain = [
    ...(within === undefined ? [] : [`within up to ${loadText(within)}`]),
    ...(beyond === undefined ? [] : [`beyond from ${loadText(beyond)}`]),
  ].join(', ');
  return [
    `Largest ${name} within ${asked}: ${boundText(bound, settings, beyond)}`,
    `For certain ${certain || 'nothing'}; ${played}.${endedBy === 'runs' ? ` Ended by --max-runs ${settings.runsMax}.` : ''}`,
    ...(limits.length > 2 ? [`The first to be broken: ${limits[bound.limit]}.`] : []),
  ];
}

function boundText(
  { x, interval95, by }: Bound,
  { isWhole }: SearchSettings,
  beyond: number | undefined,
): string {
  const [low, high] = interval95.map((end) => written(end, isWhole));
  if (by === 'bracket') {
    const isDecided = interval95[1] === beyond;
    if (isDecided && isWhole && interval95[1] === interval95[0] + 1) {
      return `${low}, as ${high} is beyond`;
    }
    return `between ${low} and ${high}${isDecided ? '' : ', which is undecided'}`;
  }
  return `${written(x, isWhole)} (95 % interval ${low} to ${high})`;
}

function written(x: number, isWhole: boolean): string {
  return isWhole ? String(Math.floor(x + 1e-9)) : loadText(x);
}

/** As many digits as loads are played with: a small rate has more decimals than a time. */
function loadText(x: number): string {
  return String(Number(x.toPrecision(4)));
}

/** Independent values beyond a percentile that a run should have. */
const BEYOND_MIN = 10;

function doubts(shown: SearchShown): string[] {
  const { searched, settings } = shown;
  const { found } = searched;
  const short = settings.isWhole ? shortOf(shown) : undefined;
  return [
    // No more are under way than there are users: it is the interval alone that says too much.
    ...(short ? [`${worthText(short)} Do not trust the interval.`] : []),
    ...(settings.isRemembering && found ? memoryText(found, shown) : []),
  ];
}

interface Short {
  readonly limit: string;
  /** Independent values beyond the limit that a run near the bound is worth. */
  readonly beyond: number;
  /** Runs must be so many times as long. */
  readonly times: number;
}

/**
 * The limit that runs near the bound say least of, where that is too little: short runs end before the queue has become
 * what it would be, and keep limits under loads that an engine does not hold.
 */
export function shortOf({ searched, limits }: Pick<SearchShown, 'searched' | 'limits'>) {
  const { runs, found } = searched;
  const shorts = limits.flatMap((limit, index): Short[] => {
    const near = runs.flatMap(({ x, estimates }) => {
      const one = estimates[index]!;
      const isNear = found?.bound && x > found.bound.x / 1.5 && x < found.bound.x * 1.5;
      return isNear && one.kind === 'share'
        ? [one.effective * Math.min(one.allowed, 1 - one.allowed)]
        : [];
    });
    if (near.length === 0) return [];
    const beyond = near.reduce((sum, one) => sum + one, 0) / near.length;
    return beyond < BEYOND_MIN ? [{ limit, beyond, times: BEYOND_MIN / beyond }] : [];
  });
  return shorts.sort((a, b) => b.times - a.times)[0];
}

/** No bound is claimed: it is told what the runs have kept, and what it takes. */
function shortText(
  short: Short,
  { name, settings, limits, searched }: SearchShown,
  bound: Bound,
): string[] {
  const asked = limits.join(', ');
  return [
    `The runs are too short to say up to which ${name} ${asked} is kept. Runs like these keep it up to ${boundText(bound, settings, searched.found?.beyond)}; longer ones keep less, as a queue takes time to build up.`,
    worthText(short),
  ];
}

function worthText({ limit, beyond, times }: Short): string {
  return `Near the bound a run is worth ${measure(beyond, 2)} independent requests beyond ${limit}, of ${BEYOND_MIN} needed: make runs ${timesText(times)} times as long (population.users, stop.afterSec).`;
}

function timesText(times: number): string {
  return times < 2 ? String(Math.ceil(times * 10) / 10) : String(Math.ceil(times));
}

/** Whether it matters from where a load is come to, as it does where a cache once lost has to be filled again. */
function memoryText(found: Found, { name, settings, limits }: SearchShown): string[] {
  const { fromAbove, bound: below } = found;
  if (!fromAbove) return [];
  const { bound: above, endedBy } = fromAbove;
  const after = `after more load than it holds (${name} ${loadText(fromAbove.beyond ?? settings.max)})`;
  if (endedBy === 'min') {
    return [
      `It matters from where it is come to: ${after} not even ${name} ${loadText(settings.min)} is within ${limits.join(', ')}. What the cache lost has to be computed again.`,
    ];
  }
  if (!below || !above) return [];
  // For certain where one load is within from below and beyond from above.
  const isApart =
    (found.within ?? 0) >= (fromAbove.beyond ?? Infinity) ||
    below.interval95[0] > above.interval95[1] ||
    above.interval95[0] > below.interval95[1];
  const [ofBelow, ofAbove] = [below, above].map((bound) => boundText(bound, settings, undefined));
  if (!isApart) {
    return [
      `Come to from above as well, the largest is ${ofAbove}: the same within the intervals.`,
    ];
  }
  return [
    `It matters from where it is come to: from below it is ${ofBelow}; ${after}, ${ofAbove}. The cache remembers: the lower one is safe.`,
  ];
}
