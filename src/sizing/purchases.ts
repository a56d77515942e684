import { join } from 'node:path';
import type { Scenario } from '../scenario/schema.ts';
import type { Interval95 } from '../stats/intervals/certainty.ts';
import { findMax, type SearchRun } from '../sweep/find-max/find-max.ts';
import type { Runs, Surroundings } from '../sweep/running.ts';
import type { GapName } from './gaps.ts';
import { type Option, optionOf, priceOf, type SizeSettings } from './option.ts';
import { cardsEach, pricedTiers, TIERS, type TierName } from './tiers.ts';

/** Cards and GB bought together: so many cards, and the fewest GB of one tier that then keep the limits. */
export interface Purchase {
  readonly gaps: GapName;
  /** Of all engines behind one address, each with one of its own, or with as many as hold the model together. */
  readonly cards: number;
  /** GB of each engine, of the tiers that have a price. */
  readonly gb: Readonly<Partial<Record<TierName, number>>>;
  /** The tier that was searched; absent: all are as the scenario has them. */
  readonly tier?: TierName;
  readonly answer: Option['answer'];
  /** Of the GB of the tier. */
  readonly interval95?: Interval95;
  /** Of all engines; absent where the limits are not kept. */
  readonly price?: number;
  /** Those at the answer, or, where there is none, of the best that was played. */
  readonly runs: readonly SearchRun[];
  readonly played: number;
}

interface Asked extends SizeSettings {
  readonly gaps: GapName;
  readonly unlimitedGB: number;
  /** Each tier alone, of the engines that the scenario has. */
  readonly alone: readonly Option[];
}

interface Purchases {
  readonly purchases: readonly Purchase[];
  readonly outcome: Runs['outcome'];
}

/** Shares of the GB that the GPU needs alone, each with the fewest GB of the memory below it; smaller ones while that is cheaper. */
const GPU_SHARES = [0.75, 0.5, 0.25, 1 / 8, 1 / 16, 1 / 32];
const ALWAYS = 3;

/** What is bought together, the fewest cards first. Dearer than the best so far is not looked at. */
export async function purchasesOf(asked: Asked, around: Surroundings): Promise<Purchases> {
  if (asked.prices.card !== undefined) return byCards(asked, around);
  return mixed(asked, asked.alone, asked.dir, around);
}

async function byCards(asked: Asked, around: Surroundings): Promise<Purchases> {
  const purchases: Purchase[] = [];
  const tiers = pricedTiers(asked.prices);
  const each = cardsEach(asked.scenario);
  const hasOne = asked.scenario.engine.replicas.count === 1;
  for (let engines = 1; engines * each <= asked.cardsMax; engines++) {
    const scenario = withEngines(asked.scenario, engines);
    const leastPrice = engines * each * asked.prices.card!;
    const enough = purchases.find(({ price }) => price !== undefined);
    // Of cards alone one engine more is tried than is enough, to see what it would bring.
    const isDearer =
      tiers.length > 0
        ? leastPrice >= best(purchases)
        : engines * each > (enough?.cards ?? Infinity) + each;
    if (enough && isDearer) break;
    const asIs = await judged({ ...asked, scenario }, around);
    if (asIs.outcome !== 'ok') return { purchases, outcome: asIs.outcome };
    purchases.push(asIs.purchase);
    const dir = join(asked.dir, `cards-${engines * each}`);
    const alone: Option[] = [];
    for (const tier of tiers) {
      if (asIs.purchase.price !== undefined && TIERS[tier].hasGB(scenario) === 0) continue;
      const known =
        hasOne && engines === 1 ? asked.alone.find((one) => one.tier === tier) : undefined;
      const { option, outcome } = known
        ? { option: known, outcome: 'ok' as const }
        : await optionOf({ ...asked, scenario, dir, tier }, around);
      if (outcome !== 'ok') return { purchases, outcome };
      alone.push(option);
      purchases.push(purchaseOf(asked, option, scenario));
    }
    const both = await mixed({ ...asked, scenario }, alone, dir, around, best(purchases));
    purchases.push(...both.purchases);
    if (both.outcome !== 'ok') return { purchases, outcome: both.outcome };
  }
  return { purchases, outcome: 'ok' };
}

/** Both tiers at once: less than the GPU needs alone, and what memory below it then makes up for. */
async function mixed(
  asked: Asked,
  options: readonly Option[],
  path: string,
  around: Surroundings,
  bestBefore = Infinity,
): Promise<Purchases> {
  const purchases: Purchase[] = [];
  const { prices, scenario, gaps } = asked;
  if (prices.gpu === undefined || prices.dram === undefined) return { purchases, outcome: 'ok' };
  const alone = options.find(({ tier }) => tier === 'gpu');
  if (alone?.gb === undefined || alone.answer !== 'found') return { purchases, outcome: 'ok' };
  for (const [index, share] of GPU_SHARES.entries()) {
    const last = purchases.at(-1);
    const isCheaper = last?.price !== undefined && last.price <= best(purchases);
    if (index >= ALWAYS && last && !isCheaper) break;
    const gpuGB = Number((share * alone.gb).toPrecision(4));
    const engine = { ...scenario.engine, kvGB: gpuGB, blocks: undefined };
    const one = { ...asked, scenario: { ...scenario, engine } };
    // What it costs without a GB of memory below it.
    const leastPrice = priceOf(prices, one.scenario, { dram: 0 });
    if (leastPrice >= Math.min(bestBefore, best(purchases))) continue;
    const dir = join(path, `gpu-${gpuGB}-dram-${gaps}`);
    const { option, outcome } = await optionOf({ ...one, dir, tier: 'dram' }, around);
    if (outcome !== 'ok') return { purchases, outcome };
    purchases.push(purchaseOf(asked, option, one.scenario));
  }
  return { purchases, outcome: 'ok' };
}

/** All but the cards is as the scenario has it. */
async function judged(asked: Asked, around: Surroundings) {
  const { gaps, scenario, prices } = asked;
  const cards = cardsOf(scenario);
  const { runs, found, outcome } = await findMax(
    {
      ...asked,
      name: 'cards',
      dir: join(asked.dir, `cards-${cards}-${gaps}`),
      ...{ start: 1, min: 1, max: 1, isWhole: true, isRemembering: false },
      shownAt: () => cards,
      scenarioAt: async () => scenario,
    },
    around,
  );
  const answer = { max: 'found', min: 'unmet', runs: 'undecided', precision: 'undecided' } as const;
  const is = found ? answer[found.endedBy] : 'undecided';
  const purchase: Purchase = {
    ...{ gaps, cards, gb: gbOf(prices, scenario, {}), answer: is, runs, played: runs.length },
    ...(is === 'found' && { price: priceOf(prices, scenario, {}) }),
  };
  return { purchase, outcome };
}

function purchaseOf({ prices }: Asked, option: Option, scenario: Scenario): Purchase {
  const {
    gaps,
    tier,
    answer,
    interval95,
    runs,
    gb = Math.max(...runs.map((run) => run.gb)),
  } = option;
  const isKept = answer === 'found' || answer === 'anything';
  const near = [...runs].sort((a, b) => Math.abs(a.gb - gb) - Math.abs(b.gb - gb))[0]?.gb;
  return {
    ...{ gaps, tier, answer, cards: cardsOf(scenario), played: runs.length },
    gb: gbOf(prices, scenario, { [tier]: gb }),
    ...(interval95 && { interval95 }),
    ...(isKept && { price: priceOf(prices, scenario, { [tier]: gb }) }),
    runs: runs.filter((run) => run.gb === near),
  };
}

function gbOf(
  prices: SizeSettings['prices'],
  scenario: Scenario,
  bought: Purchase['gb'],
): Purchase['gb'] {
  return Object.fromEntries(
    pricedTiers(prices).map((tier) => [tier, bought[tier] ?? TIERS[tier].hasGB(scenario)]),
  );
}

export function best(purchases: readonly Purchase[]): number {
  return Math.min(Infinity, ...purchases.flatMap(({ price }) => price ?? []));
}

function cardsOf(scenario: Scenario): number {
  return cardsEach(scenario) * scenario.engine.replicas.count;
}

/** Where the scenario has one engine, a conversation stays with the one that it began with. */
export function withEngines(scenario: Scenario, count: number): Scenario {
  const { replicas } = scenario.engine;
  const routing = replicas.count > 1 ? replicas.routing : 'session';
  return { ...scenario, engine: { ...scenario.engine, replicas: { ...replicas, count, routing } } };
}
