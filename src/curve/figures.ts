import type { PrefixReuseSummary } from '../cache/prefix-reuse.ts';
import { reuseFigures } from '../inspect/figures.ts';
import type { Axis, Figure } from '../report/figures/figure.ts';
import type { Point } from '../stats/sample.ts';
import type { CurveResult, Mark } from './result.ts';

const SHARE: Axis = { label: 'share of the input tokens', unit: 'share' };

/** Hits by capacity with bound and ceiling, by time to live, by turn; and the working set over time. */
export function curveFigures({ figures }: CurveResult): readonly Figure[] {
  return figures;
}

/** What is drawn of curves while all of them is known, of which a result has some points. */
export function drawn(
  played: PrefixReuseSummary,
  result: Omit<CurveResult, 'figures'>,
  {
    blockTokens,
    spanMs,
    jointAt,
  }: {
    readonly blockTokens: number;
    readonly spanMs: number;
    readonly jointAt: (ttlsSec: readonly number[]) => CurveResult['joint'];
  },
): Figure[] {
  const { reuse, marks } = result;
  const [byCapacity, ...byTime] = reuseFigures(played, reuse, { blockTokens, spanMs });
  return [
    withEngine(byCapacity!, result.engine ? marks : []),
    ...byTime.map((figure) => withSizes(figure, jointAt)),
    ...byTurn(result),
    ...overTime(result),
  ];
}

/** What the engine has as upright lines. */
function withEngine(figure: Figure, marks: readonly Mark[]): Figure {
  if (!marks.length) return figure;
  return { ...figure, marks: marks.map(({ tokens, says }) => ({ name: says, at: tokens })) };
}

/** The same of caches that have a limit of blocks too. */
function withSizes(
  figure: Figure,
  jointAt: (ttlsSec: readonly number[]) => CurveResult['joint'],
): Figure {
  const joint = jointAt(figure.series[0]!.points.map(([ttlSec]) => ttlSec));
  if (!joint) return figure;
  const sized = joint.capacitiesBlocks.map((blocks, index) => ({
    name: `${blocks} blocks`,
    points: joint.rows.map(({ ttlSec, shares }): Point => [ttlSec, shares[index]!]),
  }));
  return { ...figure, series: [...figure.series, ...sized] };
}

function byTurn({ turns, marks }: Omit<CurveResult, 'figures'>): Figure[] {
  if (turns.length < 2) return [];
  const pointsOf = (share: (turn: (typeof turns)[number]) => number): Point[] =>
    turns.map((turn) => [turn.turn + 1, share(turn)]);
  return [
    {
      name: 'hit-share-by-turn',
      title: 'Hit share by turn',
      kind: 'line',
      x: { label: 'turn', unit: 'count', isNumbering: true },
      y: SHARE,
      series: [
        { name: 'unlimited', points: pointsOf(({ unlimited }) => unlimited) },
        ...marks.map(({ blocks }, mark) => ({
          name: `${blocks} blocks`,
          points: pointsOf(({ atMarks }) => atMarks[mark]!),
        })),
      ],
      notes: [],
    },
  ];
}

function overTime({ workingSet }: Omit<CurveResult, 'figures'>): Figure[] {
  if (!workingSet || workingSet.windows.length < 2) return [];
  const { windows, width, unit } = workingSet;
  const pointsOf = (of: (window: (typeof windows)[number]) => number): Point[] =>
    windows.map((window) => [window.from, of(window)]);
  return [
    {
      name: 'working-set-over-time',
      title: 'Working set over time',
      kind: 'step',
      x:
        unit === 's'
          ? { label: 'time', unit: 's', step: width }
          : { label: 'requests', unit: 'count', step: width },
      y: { label: 'blocks', unit: 'count' },
      series: [
        { name: 'used in the window', points: pointsOf(({ blocks }) => blocks) },
        { name: 'of them for the first time', points: pointsOf(({ newBlocks }) => newBlocks) },
        { name: 'live: used, and to be found again', points: pointsOf((one) => one.liveBlocks) },
      ],
      notes: ['The last window ends with the requests: it may be shorter than the others.'],
    },
  ];
}
