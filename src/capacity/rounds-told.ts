import type { Figure } from '../report/figures/figure.ts';
import { percent } from '../report/number.ts';
import { field, type Section } from '../report/section.ts';
import type { Point } from '../stats/sample.ts';
import type { RoundsCapacity } from './rounds.ts';
import { sizeText } from './size-text.ts';

/** What a table of rounds tells of a capacity, in words and as a table. `file`: of the table. */
export function roundsSections(capacity: RoundsCapacity, file: string): Section[] {
  const { blocks, low, high, residual, seeds, rounds } = capacity;
  const size =
    high === undefined
      ? `at least ${sizeText(low, capacity)}: an endless cache would have had the same shares`
      : `${sizeText(blocks, capacity)}, 95 %: ${low} to ${high} blocks`;
  return [
    {
      title: `Prefix cache that would have the shares of ${file}`,
      fields: [
        field('capacity', size),
        field('fit', `shares are ${percent(residual)} off in the root of the mean square`),
        field(
          'seeds',
          `${seeds}, whose gaps and arrivals are not those of the run that was measured`,
        ),
      ],
      ...(residual > OFF && { notes: [POOR] }),
    },
    {
      title: 'By round',
      table: {
        columns: [
          { title: 'round', format: 'count' },
          { title: 'observed', format: 'percent' },
          { title: 'LRU', format: 'percent' },
        ],
        rows: rounds.map(({ round, share, expectedShare }) => ({
          cells: [round, share, expectedShare],
        })),
      },
      notes: [
        'LRU: what a cache of that size finds, where the workload is played in virtual time against the engine that is built in (--gpu, --set engine.…), in the mean over seeds.',
      ],
    },
  ];
}

/** Shares that are further off than this are of something else than LRU. */
const OFF = 0.05;
const POOR =
  'No capacity comes close to these shares: is it this workload, on one engine, with answers that come back as they were?';

/** The shares by round, and of all rounds by capacity. */
export function roundsFigures({ rounds, curve, blockTokens, blocks }: RoundsCapacity): Figure[] {
  const observed = rounds.reduce((sum, { share }) => sum + share, 0) / rounds.length;
  const points = curve.map((one): Point => [one.blocks * blockTokens, one.share]);
  const ends = [points[0]!, points.at(-1)!].map(([x]): Point => [x, observed]);
  const at = blocks * blockTokens;
  return [
    {
      name: 'shares-by-round',
      title: 'Cached share by round',
      kind: 'line',
      x: { label: 'round', unit: 'count', isNumbering: true },
      y: { label: 'cached input tokens', unit: 'share' },
      series: [
        {
          name: `LRU of ${blocks} blocks`,
          points: rounds.map(({ round, expectedShare }): Point => [round, expectedShare]),
        },
        { name: 'observed', points: rounds.map(({ round, share }): Point => [round, share]) },
      ],
      notes: [],
    },
    {
      name: 'shares-by-capacity',
      title: 'Mean share of the rounds by capacity',
      kind: 'line',
      x: { label: 'capacity', unit: 'tokens', scale: 'log' },
      y: { label: 'cached input tokens', unit: 'share' },
      series: [
        { name: 'LRU', points },
        { name: 'observed', points: ends },
        {
          name: 'inferred',
          points: [
            [at, 0],
            [at, observed],
          ],
        },
      ],
      notes: [],
    },
  ];
}

export function roundsJson(capacity: RoundsCapacity, file: string): string {
  const json = { format: 'confab-cache-rounds', version: 1, table: file, ...capacity };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
