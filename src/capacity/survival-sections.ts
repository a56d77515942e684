import { counted } from '../base/counted.ts';
import { measure, percent } from '../report/number.ts';
import { type Field, field, type Section, type Table } from '../report/section.ts';
import { sizeText } from './size-text.ts';
import type { Survival, SurvivalBin } from './survival.ts';

/** How long what conversations leave in the cache survives there. `name`: of the run. */
export function survivalSections(survival: Survival, name: string): Section[] {
  const title = `What survives in the prefix cache of ${name}`;
  const { returns, isConstant } = survival;
  if (returns === 0) return [{ title, lines: [NOTHING] }];
  return [
    {
      title,
      fields: headFields(survival),
      notes: [HIT, ...(isConstant ? [CONSTANT] : [])],
    },
    {
      title: 'By idle gap: from the end of the request before',
      table: tableOf(survival, survival.byGap, 's'),
    },
    {
      title: 'By reuse distance: what was used since then',
      table: tableOf(survival, survival.byDistance, 'blocks'),
      notes: [LEGEND],
    },
  ];
}

const NOTHING =
  'nothing to see: no measured request came back to blocks of its conversation whose hits the engine reported';
const HIT =
  "A hit: more than half of the conversation's own blocks were found; what all share does not count.";
const CONSTANT =
  'The gaps are all but the same, and so only one can be seen. Gaps from short to long show the rest: pacing: { mode: think, pauseSec: { distribution: lognormal, mean: 30, cv: 2 } }, as in the scenario survival.';
const LEGEND =
  "Intervals are Wilson's, 95 %, of returns that are independent of each other. LRU: what a cache of that size has, at the times at which requests came and went.";

function headFields(survival: Survival): Field[] {
  const { returns, hits, gapsMs, ttlMs } = survival;
  const [low, middle, high] = gapsMs!.map((ms) => measure(ms / 1000));
  return [
    field(
      'returns',
      `${counted(returns, 'request')}, of which ${hits} hit (${percent(hits / returns)})`,
    ),
    field('idle gaps', `5 %, half, 95 % below ${low}, ${middle}, ${high} s`),
    ...capacityFields(survival),
    ...(ttlMs === undefined ? [] : [field('TTL', `${measure(ttlMs / 1000)} s, as given`)]),
  ];
}

const FROM = {
  given: 'as given',
  hits: 'as the hits of this run show',
  atLeast: 'the least that the hits show: there is no upper end',
} as const;

function capacityFields(survival: Survival): Field[] {
  const { capacityBlocks, capacityFrom } = survival;
  if (capacityBlocks === undefined || capacityFrom === undefined) return [];
  return [field('LRU', `${sizeText(capacityBlocks, survival)}: ${FROM[capacityFrom]}`)];
}

function tableOf(
  { capacityBlocks, ttlMs }: Survival,
  bins: readonly SurvivalBin[],
  unit: string,
): Table {
  return {
    columns: [
      { title: unit },
      { title: 'returns', format: 'count' },
      { title: 'hit', format: 'percent' },
      { title: '95 %' },
      ...(capacityBlocks === undefined ? [] : [{ title: 'LRU', format: 'percent' as const }]),
      ...(ttlMs === undefined ? [] : [{ title: 'TTL', format: 'percent' as const }]),
    ],
    rows: bins.map(({ from, to, returns, share, interval95, lruShare, ttlShare }) => ({
      cells: [
        `${from} to ${to}`,
        returns,
        share,
        interval95.map((end) => (100 * end).toFixed(0)).join(' to '),
        ...(capacityBlocks === undefined ? [] : [lruShare]),
        ...(ttlMs === undefined ? [] : [ttlShare]),
      ],
    })),
  };
}
