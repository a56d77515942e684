import { join } from 'node:path';
import type { Scenario } from '../scenario/schema.ts';
import type { Interval95 } from '../stats/intervals/certainty.ts';
import { findMax, type SearchRun } from '../sweep/find-max/find-max.ts';
import { scenarioAt } from '../sweep/points.ts';
import type { Surroundings } from '../sweep/running.ts';
import type { GapName } from './gaps.ts';
import { cardsEach, type Prices, pricedTiers, TIERS, type TierName } from './tiers.ts';

export interface SizeSettings {
  readonly scenario: Scenario;
  /** Per GB, of the tiers that may be bought; per card, where those may. */
  readonly prices: Prices;
  readonly precision: number;
  readonly repeatsMax: number;
  readonly runsMax: number;
  /** Share of the input tokens that another GB has to find, to pay. */
  readonly paysShare: number;
  /** The most cards that are tried. */
  readonly cardsMax: number;
  /** Where the run folders go. */
  readonly dir: string;
}

/** The fewest GB of one tier, an engine, where all else is as the scenario has it. */
export interface Option {
  readonly tier: TierName;
  readonly gaps: GapName;
  /** found: `gb` keeps the limits. unmet: none does, be it as large as it may. anything: the least that was played does. */
  readonly answer: 'found' | 'unmet' | 'anything' | 'undecided';
  readonly gb?: number;
  readonly interval95?: Interval95;
  /** All that is bought, at these prices: of every engine, and the other tiers that the scenario has and that have a price. */
  readonly price?: number;
  /** A cache of so much never evicts. */
  readonly unlimitedGB: number;
  /** In the order of playing. */
  readonly runs: readonly (SearchRun & { readonly gb: number })[];
}

export interface Asked extends SizeSettings {
  readonly gaps: GapName;
  readonly tier: TierName;
  readonly unlimitedGB: number;
}

/** Beside all blocks there are, room for those of requests that run at the same time. */
const ROOM = 2;
/** A least size, as a share of the greatest. */
const LEAST = 1e-3;

/** The search is for the largest load: the fewest GB are the most of their inverse, by which the load weighs on each. */
export async function optionOf(asked: Asked, around: Surroundings) {
  const { tier, gaps, scenario, unlimitedGB } = asked;
  const row = TIERS[tier];
  const mostGB = rounded(unlimitedGB * ROOM);
  const gbAt = (x: number) => rounded(1 / x);
  const search = (from: number, least: number, part: string) =>
    findMax(
      {
        ...asked,
        name: `${tier}GB`,
        dir: join(asked.dir, `${tier}-${gaps}-${part}`),
        ...{ start: 1 / from, min: 1 / mostGB, max: 1 / least },
        isWhole: false,
        isRemembering: false,
        shownAt: gbAt,
        scenarioAt: (x) =>
          scenarioAt(scenario, [{ name: `${tier}GB`, value: gbAt(x) }], ({ value }) =>
            row.changes(value as number, scenario),
          ),
      },
      around,
    );
  const shown = (runs: readonly SearchRun[]) => runs.map((run) => ({ ...run, gb: gbAt(run.x) }));
  const about = { tier, gaps, unlimitedGB };
  const unlimited = await search(mostGB, mostGB, 'unlimited');
  const { outcome } = unlimited;
  if (outcome !== 'ok' || unlimited.found?.endedBy !== 'max') {
    const answer = unlimited.found?.endedBy === 'min' ? 'unmet' : 'undecided';
    return { outcome, option: { ...about, answer, runs: shown(unlimited.runs) } as Option };
  }
  const leastGB = rounded(mostGB * LEAST);
  const hasGB = row.hasGB(scenario) || mostGB / 4;
  const from = Math.min(mostGB, Math.max(leastGB, rounded(hasGB)));
  const { runs, found, outcome: ended } = await search(from, leastGB, 'least');
  const all = shown([...unlimited.runs, ...runs]);
  if (ended !== 'ok' || !found) {
    return { outcome: ended, option: { ...about, answer: 'undecided', runs: all } as Option };
  }
  const bound = found.bound;
  // Nothing that was played is beyond: the answer is less than the least of it.
  if (!bound && found.within !== undefined) {
    const gb = rounded(1 / found.within);
    const price = priceOf(asked.prices, scenario, { [tier]: gb });
    const option: Option = { ...about, answer: 'anything', gb, price, runs: all };
    return { outcome: ended, option };
  }
  if (!bound) {
    return { outcome: ended, option: { ...about, answer: 'undecided', runs: all } as Option };
  }
  const [low, high] = bound.interval95;
  // Between two sizes of which nothing more is known, the one that is within is the answer.
  const gb = bound.by === 'fit' ? 1 / bound.x : 1 / low;
  return {
    outcome: ended,
    option: {
      ...{ ...about, answer: 'found' as const, gb, interval95: [1 / high, 1 / low] as const },
      price: priceOf(asked.prices, scenario, { [tier]: gb }),
      runs: all,
    } as Option,
  };
}

/** Cards, and all GB that have a price, of every engine: of this tier so many, of the others what the scenario has. */
export function priceOf(
  prices: Prices,
  scenario: Scenario,
  gb: Readonly<Partial<Record<TierName, number>>>,
): number {
  const perEngine = pricedTiers(prices).reduce(
    (sum, name) => sum + prices[name]! * (gb[name] ?? TIERS[name].hasGB(scenario)),
    (prices.card ?? 0) * cardsEach(scenario),
  );
  return perEngine * scenario.engine.replicas.count;
}

/** As loads are played: of four digits. */
function rounded(gb: number): number {
  return Number(gb.toPrecision(4));
}
