import { join } from 'node:path';
import type { Runs, Surroundings } from '../sweep/running.ts';
import { type GapName, withGaps } from './gaps.ts';
import { type Option, optionOf, type SizeSettings } from './option.ts';
import { type Purchase, purchasesOf } from './purchases.ts';
import { factual, isSeedless } from './seedless.ts';
import { pricedTiers } from './tiers.ts';
import { type Worth, worthOf } from './worth.ts';

export interface Sized {
  readonly options: readonly Option[];
  /** Cards and GB together, by the number of cards; none where only one thing has a price. */
  readonly purchases: readonly Purchase[];
  readonly worth: Readonly<Partial<Record<GapName, Worth>>>;
  /** Of which nothing is drawn: every seed plays the same, and the interval is what bisection left. */
  readonly seedless: readonly GapName[];
  readonly outcome: Runs['outcome'];
}

export const GAPS: readonly GapName[] = ['periodic', 'random'];

/** Each priced tier alone, and cards and tiers together, of periodic and of random gaps. @throws UsageError for what cannot be played. */
export async function sized(settings: SizeSettings, around: Surroundings): Promise<Sized> {
  const options: Option[] = [];
  const purchases: Purchase[] = [];
  const worth: Partial<Record<GapName, Worth>> = {};
  const seedless: GapName[] = [];
  for (const gaps of GAPS) {
    const scenario = withGaps(settings.scenario, gaps);
    worth[gaps] = await worthOf(scenario, settings.paysShare);
    const isSame = await isSeedless(scenario, join(settings.dir, `seeds-${gaps}`), around);
    if (isSame) seedless.push(gaps);
    const judged = isSame ? { ...around, lanes: factual(around.lanes) } : around;
    const asked = { ...settings, scenario, gaps, unlimitedGB: worth[gaps].unlimitedGB };
    const alone: Option[] = [];
    for (const tier of pricedTiers(settings.prices)) {
      const { option, outcome } = await optionOf({ ...asked, tier }, judged);
      if (outcome !== 'ok') return { options, purchases, worth, seedless, outcome };
      alone.push(option);
    }
    options.push(...alone);
    const together = await purchasesOf({ ...asked, alone }, judged);
    purchases.push(...together.purchases);
    const { outcome } = together;
    if (outcome !== 'ok') return { options, purchases, worth, seedless, outcome };
  }
  return { options, purchases, worth, seedless, outcome: 'ok' };
}
