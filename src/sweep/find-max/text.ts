import { counted } from '../../base/counted.ts';
import { measure } from '../../report/number.ts';
import type { Section, Table } from '../../report/section.ts';
import { moments } from '../../stats/exact.ts';
import type { Measure } from '../measure.ts';
import { type Bound, boundOf } from './bound.ts';
import { pooled, type Side, sideOfAll } from './estimate.ts';
import type { Searched, SearchRun } from './find-max.ts';
import type { SearchSettings } from './search.ts';

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
  readonly runs: readonly SearchRun[];
  readonly side: Side;
}

/** In ascending order. */
export function loadsOf(runs: readonly SearchRun[]): Load[] {
  const at = new Map<number, SearchRun[]>();
  for (const run of runs) at.set(run.x, [...(at.get(run.x) ?? []), run]);
  return [...at]
    .map(([x, here]) => ({ x, runs: here, side: sideOf(here) }))
    .sort((a, b) => a.x - b.x);
}

function sideOf(runs: readonly SearchRun[]): Side {
  const limits = runs[0]!.estimates.map((_, limit) =>
    pooled(runs.map(({ estimates }) => estimates[limit]!)),
  );
  return sideOfAll(limits.map(({ side }) => side));
}

function loadsTable({ name, searched, columns }: SearchShown): Table {
  return {
    columns: [
      { title: name },
      { title: 'runs', format: 'count' },
      ...columns.map(({ title, unit, format }, index) => ({
        title,
        ...(unit === 'ms' || unit.endsWith('/s') ? { unit } : {}),
        format,
        ...(index > 3 && { detail: index }),
      })),
      { title: 'verdict' },
    ],
    rows: loadsOf(searched.runs).map(({ x, runs, side }) => ({
      cells: [loadText(x), runs.length, ...columns.map(({ name: one }) => meanOf(runs, one)), side],
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

function doubts({ searched, limits, settings, name }: SearchShown): string[] {
  const { runs, found } = searched;
  return [
    ...limits.flatMap((text, limit) => shortText(runs, limit, text, found?.bound)),
    ...(settings.isRemembering && found ? memoryText(runs, name) : []),
  ];
}

/** Short runs end before the queue has become what it would be. */
function shortText(
  runs: readonly SearchRun[],
  limit: number,
  text: string,
  bound: Bound | undefined,
): string[] {
  const near = runs.flatMap(({ x, estimates }) => {
    const one = estimates[limit]!;
    const isNear = bound && x > bound.x / 1.5 && x < bound.x * 1.5;
    return isNear && one.kind === 'share'
      ? [one.effective * Math.min(one.allowed, 1 - one.allowed)]
      : [];
  });
  if (near.length === 0) return [];
  const beyond = near.reduce((sum, one) => sum + one, 0) / near.length;
  if (beyond >= BEYOND_MIN) return [];
  return [
    `The runs are short for ${text}: near the bound each is worth ${measure(beyond, 2)} independent requests beyond it, of ${BEYOND_MIN} needed. Do not trust the interval; make them ${Math.ceil(BEYOND_MIN / beyond)} times as long.`,
  ];
}

/** Whether it matters from where a load is come to, as it does where a cache once lost has to be filled again. */
function memoryText(runs: readonly SearchRun[], name: string): string[] {
  const [below, above] = (['below', 'above'] as const).map((side) =>
    boundOf(runs.filter(({ from }) => from === undefined || from === side)),
  );
  if (!below || !above) return [];
  const isApart =
    below.interval95[0] > above.interval95[1] || above.interval95[0] > below.interval95[1];
  if (!isApart) return [`Come to from below and from above, it is the same within the intervals.`];
  return [
    `It matters from where it is come to: ${name} ${loadText(below.x)} from below, ${loadText(above.x)} after more load than it holds. The cache remembers; the lower one is safe.`,
  ];
}
