import type { Panel, PanelSeries } from '../figures/panel.ts';
import { OVER_TIME } from '../report/figures/over-time.ts';
import type { FilledChapter } from '../report/html/chapter.ts';
import type { Section } from '../report/section.ts';
import type { LiveFold, LiveStretch } from './live-fold.ts';

/** The chapters of a run under way: those of its report, as far as they are known already. */
export function liveChapters(progress: Section, fold: LiveFold | undefined): FilledChapter[] {
  const first: FilledChapter = { id: 'report', title: 'Progress', sections: [progress] };
  if (!fold) return [first];
  const more: FilledChapter[] = [
    { id: 'over-time', title: 'Over time', figures: timeFigures(fold) },
    { id: 'latency', title: 'Latency', sections: [roundsSection(fold)], figures: byRound(fold) },
    { id: 'cache', title: 'Prefix cache', figures: cacheFigures(fold) },
    { id: 'engine', title: 'Engine', figures: engineFigures(fold) },
    { id: 'client', title: 'The client itself', figures: clientFigures(fold) },
  ];
  return [first, ...more].filter(({ sections, figures }) => sections?.length || figures?.length);
}

type Value = (stretch: LiveStretch, widthMs: number) => number | undefined;

/** None where nothing of it is known. */
function overTime(
  { time }: LiveFold,
  figure: { readonly name: string; readonly title: string; readonly y: Panel['y'] },
  values: Readonly<Record<string, Value>>,
): Panel[] {
  const series: PanelSeries[] = Object.entries(values)
    .map(([name, value]) => ({ name, points: time.points(value) }))
    .filter(({ points }) => points.length > 0);
  if (!series.length) return [];
  return [
    {
      ...figure,
      kind: 'step',
      x: { label: OVER_TIME, unit: 's', step: time.widthMs / 1000 },
      series,
    },
  ];
}

const perSec =
  (of: (stretch: LiveStretch) => number): Value =>
  (stretch, widthMs) =>
    (of(stretch) * 1000) / widthMs;

function timeFigures(fold: LiveFold): Panel[] {
  const quantile =
    (share: number): Value =>
    ({ ttft }) =>
      ttft.quantile(share);
  return [
    ...overTime(
      fold,
      { name: 'ttft-over-time', title: 'TTFT over time', y: { label: 'TTFT', unit: 'ms' } },
      { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) },
    ),
    ...overTime(
      fold,
      {
        name: 'rates',
        title: 'Requests sent and completed over time',
        y: { label: 'requests', unit: '/s' },
      },
      {
        sent: perSec(({ sent }) => sent),
        completed: perSec(({ completed }) => completed),
        failed: (stretch, widthMs) =>
          stretch.failed ? (stretch.failed * 1000) / widthMs : undefined,
      },
    ),
    ...overTime(
      fold,
      {
        name: 'concurrency',
        title: 'Concurrency over time',
        y: { label: 'on average', unit: 'count' },
      },
      {
        'active conversations': (stretch) => stretch.mean('activeUsers'),
        'requests in flight': (stretch) => stretch.mean('inFlight'),
      },
    ),
    ...overTime(
      fold,
      {
        name: 'output-tokens',
        title: 'Output tokens over time',
        y: { label: 'output tokens', unit: '/s' },
      },
      { '': perSec(({ outputTokens }) => outputTokens) },
    ),
  ];
}

function roundsSection({ rounds, hasLaterRounds }: LiveFold): Section {
  return {
    title: 'Per round',
    table: {
      columns: [
        { title: 'round' },
        { title: 'completed', format: 'count' },
        { title: 'failed', format: 'count' },
        { title: 'cached share', format: 'percent' },
        { title: 'TTFT p50', unit: 'ms' },
        { title: 'TTFT p99', unit: 'ms' },
        { title: 'TPOT p50', unit: 'ms' },
      ],
      rows: rounds.map((round, index) => ({
        cells: [
          index + 1 === rounds.length && hasLaterRounds ? `${index + 1} and later` : `${index + 1}`,
          round.completed,
          round.failed,
          round.cachedShare,
          round.ttft.quantile(0.5),
          round.ttft.quantile(0.99),
          round.tpot.quantile(0.5),
        ],
      })),
    },
    notes: ['Percentiles are to within 1 % while the run goes on; the report has them exactly.'],
  };
}

function byRound({ rounds }: LiveFold): Panel[] {
  const series = (of: (typeof rounds)[number]['ttft'][]) =>
    [
      { name: 'p50', share: 0.5 },
      { name: 'p99', share: 0.99 },
    ].map(({ name, share }) => ({
      name,
      points: of.flatMap((histogram, index): [number, number][] => {
        const ms = histogram.quantile(share);
        return ms === undefined ? [] : [[index + 1, ms]];
      }),
    }));
  return [
    { name: 'ttft-by-round', label: 'TTFT', of: rounds.map(({ ttft }) => ttft) },
    { name: 'tpot-by-round', label: 'TPOT', of: rounds.map(({ tpot }) => tpot) },
  ].flatMap(({ name, label, of }): Panel[] => {
    const known = series(of).filter(({ points }) => points.length > 0);
    if (!known.length) return [];
    return [
      {
        ...{ name, title: `${label} by round`, kind: 'line', hasDots: true },
        ...{
          x: { label: 'round', unit: 'count', isNumbering: true },
          y: { label, unit: 'ms' },
          series: known,
        },
      },
    ];
  });
}

function cacheFigures(fold: LiveFold): Panel[] {
  return overTime(
    fold,
    {
      name: 'cached-share-over-time',
      title: 'Cached share over time',
      y: { label: 'of the input tokens', unit: 'share' },
    },
    {
      '': ({ cachedTokens, inputTokens }) =>
        inputTokens > 0 ? cachedTokens / inputTokens : undefined,
    },
  );
}

function engineFigures(fold: LiveFold): Panel[] {
  return [
    ...overTime(
      fold,
      {
        name: 'engine-requests',
        title: 'Requests in the engine, as it tells',
        y: { label: 'requests', unit: 'count' },
      },
      {
        running: (stretch) => stretch.mean('running'),
        waiting: (stretch) => stretch.mean('waiting'),
      },
    ),
    ...overTime(
      fold,
      { name: 'kv-usage', title: 'KV cache in use, as it tells', y: { label: '', unit: 'share' } },
      { '': (stretch) => stretch.mean('kvUsage') },
    ),
  ];
}

function clientFigures(fold: LiveFold): Panel[] {
  return [
    ...overTime(
      fold,
      {
        name: 'event-loop-busy',
        title: 'Event loop of the client: busy',
        y: { label: 'of the time', unit: 'share' },
      },
      { '': (stretch) => stretch.mean('busy') },
    ),
    ...overTime(
      fold,
      {
        name: 'event-loop-delay',
        title: 'Event loop of the client: longest delay',
        y: { label: 'delay', unit: 'ms' },
      },
      { '': (stretch) => stretch.max('longestDelayMs') },
    ),
  ];
}
