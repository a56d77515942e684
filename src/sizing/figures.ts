import type { Panel } from '../figures/panel.ts';
import { measure } from '../report/number.ts';
import type { Point } from '../stats/sample.ts';
import type { LimitText } from '../sweep/limits.ts';
import { measureOf } from '../sweep/measure.ts';
import type { Option } from './option.ts';
import type { Purchase } from './purchases.ts';
import type { Sized } from './size.ts';
import { TIERS, type TierName } from './tiers.ts';

/** What is limited, and the hit share, against GB: a panel for each tier, a line for each kind of gaps. */
export function sizeFigures(sized: Sized, limits: readonly LimitText[]): Panel[] {
  const tiers = [...new Set(sized.options.map(({ tier }) => tier))];
  const measured = limits.filter(({ name }) => name !== 'maxErrorRate');
  const { purchases } = sized;
  const asIs = purchases.filter(({ tier }) => tier === undefined);
  return [
    ...byTier(),
    ...measured.flatMap((limit) => byCards(asIs, limit)),
    ...priceByCards(purchases),
  ];

  function byTier(): Panel[] {
    return tiers.flatMap((tier) => {
      const options = sized.options.filter((option) => option.tier === tier);
      return [
        ...measured.map((limit) => panelOf(tier, options, limit.name, limit)),
        panelOf(tier, options, 'cache.share'),
      ];
    });
  }
}

/** What is limited by the number of cards, where all else is as the scenario has it. */
function byCards(asIs: readonly Purchase[], { name, text, limit }: LimitText): Panel[] {
  if (new Set(asIs.map(({ cards }) => cards)).size < 2) return [];
  const { title, unit } = measureOf(name, '--slo');
  return [
    {
      ...{ title: `${title} by cards`, kind: 'line', hasDots: true },
      x: { label: 'cards', unit: 'count' },
      y: { label: title, unit, ...(unit === 'ms' && { scale: 'log' as const }) },
      series: gapsOf(asIs).map((gaps) => ({
        name: gaps,
        points: asIs
          .filter((one) => one.gaps === gaps)
          .flatMap(({ cards, runs }) =>
            meansOf(
              runs.map(({ result }) => ({ gb: cards, result })),
              name,
            ),
          ),
      })),
      marks: [{ name: text, at: limit, axis: 'y' }],
    },
  ];
}

function gapsOf(purchases: readonly Purchase[]) {
  return [...new Set(purchases.map(({ gaps }) => gaps))];
}

/** What is bought by the number of cards: the cheapest of each that keeps the limits. */
function priceByCards(purchases: readonly Purchase[]): Panel[] {
  const priced = purchases.filter(({ price }) => price !== undefined);
  // Of cards alone it is their number, times a price.
  const hasTiers = purchases.some(({ tier }) => tier !== undefined);
  if (!hasTiers || new Set(priced.map(({ cards }) => cards)).size < 2) return [];
  return [
    {
      ...{ name: 'price-by-cards', title: 'Price by cards', kind: 'line', hasDots: true },
      ...{ x: { label: 'cards', unit: 'count' }, y: { label: 'price of all that is bought' } },
      series: gapsOf(priced).map((name) => {
        const least = new Map<number, number>();
        for (const { cards, price = Infinity } of priced.filter((one) => one.gaps === name)) {
          least.set(cards, Math.min(price, least.get(cards) ?? Infinity));
        }
        return { name, points: [...least] };
      }),
    },
  ];
}

function panelOf(
  tier: TierName,
  options: readonly Option[],
  name: string,
  limit?: LimitText,
): Panel {
  const { title, unit } = measureOf(name, '--slo');
  return {
    title: `${title} by GB of ${TIERS[tier].says}`,
    kind: 'line',
    hasDots: true,
    x: { label: `${TIERS[tier].says} GB`, scale: 'log' },
    y: { label: title, unit, ...(unit === 'ms' && { scale: 'log' as const }) },
    series: options.map(({ gaps, runs }) => ({ name: gaps, points: meansOf(runs, name) })),
    marks: [
      ...(limit ? [{ name: limit.text, at: limit.limit, axis: 'y' as const }] : []),
      ...options.flatMap(({ gaps, gb, answer }) =>
        answer === 'found' ? [{ name: `${gaps}: ${measure(gb!)} GB`, at: gb! }] : [],
      ),
    ],
  };
}

function meansOf(
  runs: readonly Pick<Option['runs'][number], 'gb' | 'result'>[],
  name: string,
): Point[] {
  const at = new Map<number, number[]>();
  for (const { gb, result } of runs) {
    const value = result.readings[name]?.value;
    if (value !== undefined) at.set(gb, [...(at.get(gb) ?? []), value]);
  }
  return [...at]
    .map(([gb, ys]): Point => [gb, ys.reduce((sum, y) => sum + y, 0) / ys.length])
    .sort(([a], [b]) => a - b);
}
